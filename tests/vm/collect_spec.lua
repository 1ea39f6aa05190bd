-- A collection of all garbage, with finalisers, at every allocation of Lua: what a call has read of its arguments must
-- live until it ends, whatever a finaliser closes, empties or lengthens meanwhile.
package.path = "scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local rows, domains = require "rows", require "domains"
local LONG = os.getenv "HECATE_LONG" == "1"
local pcall, select = pcall, select -- busted's globals are functions that allocate

-- Collects at every allocation while f runs; meddle(n) is called by a finaliser of collection number n.
local function always(f, meddle)
  local n, running = 0, true
  local function arm()
    setmetatable({}, {__gc = function()
      if not running then return end
      n = n + 1
      arm()
      meddle(n)
    end})
  end
  arm()
  collectgarbage("incremental", 1, 1000, 100) -- no pause, and a step is a whole cycle
  collectgarbage()
  local ok, message = pcall(f)
  running = false
  collectgarbage("incremental", 200, 100, 13)
  collectgarbage "generational"
  return ok, message, n
end

-- What a meddling finaliser does to the arguments of a call.
local function close(v)
  if torch.is_tensor(v) then debug.getmetatable(v).__close(v)
  elseif type(v) == "table" then for _, item in ipairs(v) do close(item) end end
end
local function empty(v)
  if type(v) == "table" then for i = #v, 1, -1 do v[i] = nil end else close(v) end
end
local function lengthen(v)
  if type(v) == "table" then for _ = 1, 100 do v[#v + 1] = v[1] end end
end

-- Calls f(arguments()) so often that each of its first collections has met the meddling once; returns how many did.
local function meddled(name, arguments, f, meddle)
  local at, most = 1, LONG and 40 or 4
  while at <= most do
    local args = arguments()
    local ok, message, n = always(function() return f(args) end, function(count)
      if count ~= at then return end
      for i = 1, args.n or #args do meddle(args[i]) end
    end)
    if not ok then
      assert.equal("string", type(message), name)
      assert.is_nil(message:find "\n" or message:find "attempt to", name .. ": " .. message)
    end
    if n < at then break end
    at = at + 1
  end
  return at - 1
end

local function numbers(...) return torch.rand({...}, {dtype = torch.float64}) end

-- The samples of a row as functions that make them anew.
local function sample_of(row)
  local known = row.backward or row.domain or domains.known(row)
  local list = known and domains.samples(row) or domains.with(row, numbers)
  return list and list[1]
end

describe("a collection at every allocation:", function()
  teardown(function() collectgarbage "generational" end)

  local number = 0
  for _, row in ipairs(rows.read()) do
    number = number + 1
    if row.inplace ~= "only" and not row.private and torch[row.lua] and (LONG or number % 12 == 0) then
      it(row.lua, function()
        local call = torch[row.lua]
        for _, meddle in ipairs {close, empty, lengthen} do
          local has, first = pcall(sample_of, row)
          if not has or first == nil then return end
          meddled(row.lua, function() return sample_of(row) end, function(args)
            return call(table.unpack(args, 1, args.n))
          end, meddle)
        end
      end)
    end
  end

  it("lists that grow after they were counted", function()
    local fired = 0
    for _, f in ipairs {torch.cat, torch.stack, torch.broadcast_tensors, torch.meshgrid} do
      for _, many in ipairs {1, 3, 20} do
        local function list()
          local tensors = {}
          for i = 1, many do tensors[i] = torch.ones(2) end
          return {tensors}
        end
        fired = fired + meddled("a list", list, function(args) return f(args[1]) end, lengthen)
      end
    end
    assert.is_true(fired > 0)
  end)

  it("gradients, modules and optimisers give what they give otherwise", function()
    local function train()
      torch.manual_seed(3)
      local model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
      local optimizer = torch.optim.Adam(model:parameters(), {lr = 0.1})
      local x = torch.rand(5, 3)
      for _ = 1, 2 do
        optimizer:zero_grad()
        F.mse_loss(model(x), torch.zeros(5, 1)):backward()
        optimizer:step()
      end
      local state = model:state_dict()
      return tostring(model(x)) .. tostring(state["0.weight"] or state["1.weight"])
    end
    local expected = train()
    local got
    local ok, message, n = always(function() got = train() end, function() end)
    assert.is_true(ok, message)
    assert.equal(expected, got)
    assert.is_true(n > 20)
  end)

  it("what backward and grad were given", function()
    local function graph()
      local x = torch.ones(3, {requires_grad = true})
      return {(x * 2):sum(), {x}, {n = 1}}
    end
    local calls = {
      function(a) a[1]:backward(nil, {inputs = a[2]}) end,
      function(a) torch.autograd.backward({a[1]}) end,
      function(a) return torch.autograd.grad(a[1], a[2], nil, {allow_unused = true}) end,
      function(a) return torch.autograd.grad({a[1], a[1]}, a[2], {torch.tensor(1.0), torch.tensor(2.0)}) end,
    }
    for i, call in ipairs(calls) do
      for _, meddle in ipairs {close, empty, lengthen} do
        meddled("backward " .. i, graph, call, meddle)
      end
    end
  end)

  it("indices", function()
    local function args() return {torch.rand(4, 3), {torch.tensor {1, 2}, {1, 2}}, torch.ones(2, 2)} end
    for _, meddle in ipairs {close, empty, lengthen} do
      meddled("reading", args, function(a) return a[1][a[2]] end, meddle)
      meddled("writing", args, function(a) a[1][a[2]] = a[3] end, meddle)
    end
  end)

  it("values of every kind in the wrong place", function()
    local count = 0
    for _, wrong in ipairs {5, "x", {}, {{}}, print, torch.float32, nn.Linear(1, 1), torch.Generator()} do
      for _, f in ipairs {torch.add, torch.cat, torch.sum, torch.zeros, nn.Linear, torch.optim.SGD, F.linear,
                          torch.utils.data.TensorDataset, torch.tensor} do
        local ok, message = always(function() return f(wrong, wrong) end, function() end)
        if not ok then
          count = count + 1
          assert.is_nil(message:find "\n", message)
        end
      end
    end
    assert.is_true(count > 40 and select("#", count) == 1)
  end)
end)
