-- Every op that has a gradient, against finite differences, in float64: first and second
-- derivatives. The arguments come from tests/tensor/domains.lua.
package.path = "scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local rows, domains = require "rows".read(), require "domains"

-- The tensors to differentiate by, in order, and a function that puts others in their place.
local function leaves_of(sample)
  local leaves = {}
  domains.map(sample, function(v)
    if v.requires_grad then leaves[#leaves + 1] = v end
    return v
  end)
  local function rebuild(...)
    local given, k = {...}, 0
    local args = domains.map(sample, function(v)
      if not v.requires_grad then return v end
      k = k + 1
      return given[k]
    end)
    if sample.hermitian then args[1] = (args[1] + args[1]:adjoint()) * 0.5 end -- one triangle is read
    if sample.transposed then args[1] = args[1]:t():clone():t() end
    return args
  end
  return leaves, rebuild
end

local function function_of(row, sample, rebuild)
  return function(...)
    local args = rebuild(...)
    torch.manual_seed(7)
    local out
    if row.inplace == "only" then
      local target = args[1] * 1
      out = table.pack(target[row.lua .. "_"](target, table.unpack(args, 2, args.n)))
    else
      out = table.pack(torch._C.call(row.name, table.unpack(args, 1, args.n)))
      if row.list_output then out = table.pack(table.unpack(out[1])) end
    end
    return table.unpack(out, 1, sample.results or out.n)
  end
end

local function in_place_of(row, rebuild)
  return function(...)
    local args = rebuild(...)
    local target = args[1] * 1
    return target[row.lua .. "_"](target, table.unpack(args, 2, args.n))
  end
end

local function check(what, f, leaves, second)
  local gradcheck = second and torch.autograd.gradgradcheck or torch.autograd.gradcheck
  local ok, message = pcall(gradcheck, f, leaves)
  if not ok then error(what .. ": " .. tostring(message), 0) end
end

-- With HECATE_LONG=1 the samples are drawn five times.
local SEEDS = os.getenv "HECATE_LONG" == "1" and {2026, 1, 2, 3, 4} or {2026}

local function samples_of(row, seed)
  local samples, missing = domains.samples(row, seed)
  if not samples then
    error(("%s: no samples (%s): add a domain to tests/tensor/domains.lua"):format(row.where, tostring(missing)), 0)
  end
  return samples
end

-- Rows whose gradients are not differentiated again: asking for it is an error.
local NOT_AGAIN = {ctc_loss = true, native_ctc_loss = true, grid_sampler_slope = true}

local function test_again(row, test)
  it("of the gradient of " .. row.name, not NOT_AGAIN[row.name] and test or function()
    local ok, message = pcall(test)
    assert.is_false(ok)
    assert.matches("it has no gradient by this argument", message)
  end)
end

describe("gradients", function()
  local differentiable = {}
  for _, info in ipairs(torch._C.ops()) do differentiable[info.name] = info.differentiable end

  for _, row in ipairs(rows) do
    if row.backward or domains.known(row) then
      local function each(second)
        return function()
          for _, seed in ipairs(SEEDS) do
            for i, sample in ipairs(samples_of(row, seed)) do
              local leaves, rebuild = leaves_of(sample)
              check(("sample %d, seed %d"):format(i, seed), function_of(row, sample, rebuild), leaves, second)
            end
          end
        end
      end
      it("of " .. row.name, each(false))
      test_again(row, each(true))
    end
    if row.backward then
      it("of " .. row.name .. " is in the library", function() assert.is_true(differentiable[row.name]) end)
    end
    if row.backward and row.inplace and row.inplace ~= "only" and not row.private then
      it("of " .. row.name .. " in place", function()
        for i, sample in ipairs(samples_of(row)) do
          local leaves, rebuild = leaves_of(sample)
          local full = true -- the result keeps the shape of the target
          if torch.is_tensor(sample[1]) then
            local out = torch._C.call(row.name, table.unpack(rebuild(table.unpack(leaves)), 1, sample.n))
            full = row.kind == "view" or out.shape == sample[1].shape
              and not (row.complex_result and sample[1]:is_complex())
          end
          if full then check("sample " .. i, in_place_of(row, rebuild), leaves, false) end
        end
      end)
    end
  end
end)

-- Rows without a backward of their own and without a domain have no gradient: on any input their results require
-- none, and where these are floats the row makes new values (creation) or stands here with the reason. A composite of
-- differentiable ops that has no domain would pass unchecked otherwise.
local FLOATS_WITHOUT_GRADIENT = {floor_divide = "a step function", bernoulli = "random", nextafter = "a step function",
  heaviside = "a step function", poisson = "random"}

-- Float64 leaves that every op of floats takes.
local function probabilities(...) return torch.rand({...}, {dtype = torch.float64}):requires_grad_(true) end

describe("no gradient", function()
  local by_name, floats = {}, {}
  for _, row in ipairs(rows) do
    by_name[row.name] = row
    local tensor = false
    for _, arg in ipairs(row.args) do tensor = tensor or arg.type.arg == "ARG_TENSOR" end
    if tensor and not row.backward and not domains.known(row) and not row.private and row.inplace ~= "only"
      and row.types ~= "bits" and row.types ~= "integer" then
      it("of " .. row.name .. ", which has no domain", function()
        local samples, missing = domains.with(row, probabilities)
        if not samples then error(("no samples (%s): add a domain to tests/tensor/domains.lua"):format(missing), 0) end
        for _, sample in ipairs(samples) do
          local out = table.pack(torch._C.call(row.name, table.unpack(sample, 1, sample.n)))
          for i = 1, out.n do
            if out[i].requires_grad then error("it has a gradient: add a domain to tests/tensor/domains.lua", 0) end
            if out[i]:is_floating_point() then floats[row.name] = true end
          end
        end
        if floats[row.name] and not row.creation then
          assert.is_string(FLOATS_WITHOUT_GRADIENT[row.name],
            "gives floats that require no gradient: say why in FLOATS_WITHOUT_GRADIENT, or add a backward")
        end
      end)
    end
  end
  it("is what the list says, no more", function()
    for name in pairs(FLOATS_WITHOUT_GRADIENT) do
      assert.is_truthy(by_name[name], name .. " is gone")
      assert.is_true(floats[name], name .. " gives no floats, or has a gradient now: take it from the list")
    end
  end)
end)

-- Views and in-place changes: what the gradient of x is after each.
describe("gradients through views that were changed", function()
  local cases = {
    ["a view of what changes"] = {{2, 2}, function(x)
      local y = x * 1
      local v = y:view(2)
      y:mul_(2)
      return v:sum()
    end},
    ["a view of a view of what changes"] = {{6, 6}, function(x)
      local y = x * 1
      local v = y:view(2, 1):view(2)
      y:mul_(2)
      return (v:view(2) * 3):sum()
    end},
    ["a change through a view"] = {{3, 1}, function(x)
      local y = x * 1
      y[1]:mul_(3)
      return y:sum()
    end},
    ["a change through another view"] = {{3, 1}, function(x)
      local y = x * 1
      local v, w = y[1], y:view(1, 2)
      v:mul_(3)
      return w:sum()
    end},
    ["a view of a base that had no history"] = {{2, 2}, function(x)
      local base = torch.zeros(2, {dtype = torch.float64})
      local v = base:view(2)
      base:copy_(x * 2)
      return v:sum()
    end},
    ["a base written through a view"] = {{0, 2}, function(x)
      local base = torch.zeros(2, {dtype = torch.float64})
      base[{{1, 1}}]:copy_(x[{{2, 2}}] * 2)
      return base:sum()
    end},
  }
  cases["truth values over a half"] = {{1, 0}, function(x)
    local y = torch.stack({x, x}):reshape(4)[{{1, 3}}] * 1
    y[{{2, 3}}]:gt_(0.5)
    return y:sum()
  end}
  cases["a transpose in place, then a product"] = {{4, 4}, function(x)
    local y = torch.stack({x, x * 3})
    y:t_()
    return (y * 1):sum()
  end}
  cases["a view transposed in place"] = {{2, 6}, function(x)
    local y = torch.stack({x, x})
    local v = y:view(1, 2, 2)
    v:squeeze_():t_()
    return (v * torch.tensor({{1, 1}, {3, 3}}, {dtype = torch.float64})):sum()
  end}
  for name, case in pairs(cases) do
    it(name, function()
      local x = torch.ones(2, {dtype = torch.float64}):requires_grad_(true)
      case[2](x):backward()
      assert.is_not_nil(x.grad)
      assert.are.same(case[1], x.grad:tolist())
    end)
  end

  it("a tensor kept for the gradient, then transposed in place, is noticed", function()
    local x = torch.ones(2, 3, {requires_grad = true})
    local a, b = x * 2, torch.ones(2, 3)
    local y = a * b
    b:t_()
    assert.has_error(function() y:sum():backward() end)
    assert.are.same({3, 2}, {table.unpack(b.shape)})
  end)
  it("a leaf that requires a gradient is not reshaped in place", function()
    local x = torch.ones(2, 3, {requires_grad = true})
    local ok, message = pcall(function() x:t_() end)
    assert.is_false(ok)
    assert.matches("^t_: a leaf that requires a gradient", message:gsub("^.-:%d+: ", ""))
  end)
end)
