-- Modules that lie in each other very often: every walk ends, or says in a line how deep it goes.
local DEPTH <const> = 100000

local function nested(depth)
  local m = nn.Linear(2, 2)
  for _ = 1, depth do m = nn.Sequential(m) end
  return m
end

local function too_deep(who, f)
  assert.has_error(f, who .. ": modules are nested more than 2000 deep")
end

describe("modules that are nested 100,000 times", function()
  local m = nested(DEPTH)

  it("are made, found by name, and printed in part", function()
    assert.equal("Linear(in_features=2, out_features=2, bias=true)",
      tostring(m:get_submodule(("0."):rep(DEPTH - 1) .. "0")))
    assert.equal(2, m:get_parameter(("0."):rep(DEPTH) .. "weight").ndim)
    assert.equal(1, #m:children())
    local text = tostring(m)
    assert.truthy(text:find "^Sequential%(\n  %(0%): Sequential%(\n")
    assert.truthy(text:find("Sequential(...)", 1, true))
  end)

  it("are too deep for what walks through them", function()
    for _, who in ipairs {"parameters", "buffers", "modules"} do too_deep(who, function() m[who](m) end) end
    for _, who in ipairs {"named_parameters", "named_buffers", "named_modules"} do
      too_deep(who, function() m[who](m) end)
    end
    too_deep("state_dict", function() m:state_dict() end)
    too_deep("state_dict", function() m:load_state_dict({}) end)
    too_deep("apply", function() m:apply(print) end)
    too_deep("train", function() m:train() end)
    too_deep("train", function() m:eval() end)
    for _, name in ipairs {"zero_grad", "double", "requires_grad_"} do
      too_deep("nn.Module", function() m[name](m) end)
    end
    too_deep("nn.Sequential", function() m(torch.ones(1, 2)) end)
    too_deep("clone", function() m:clone() end)
    local holder = nn.ReLU()
    holder.list = {}
    for _ = 1, DEPTH do holder.list = {holder.list} end
    assert.has_error(function() holder:clone() end, "clone: tables are nested more than 10000 deep")
  end)

  it("are collected", function()
    m = nil
    collectgarbage()
    collectgarbage()
    assert.is_nil(tostring(nested(3)):find("...", 1, true))
  end)
end)

describe("modules that are nested 1,900 times", function()
  it("work, and print after a walk that failed as before it", function()
    local m, deeper = nested(1900), nested(3000)
    local before = tostring(m)
    assert.is_false(pcall(deeper.train, deeper))
    assert.equal(before, tostring(m))
    assert.equal(2, #m:parameters())
    assert.equal(1901, #m:modules())
    assert.equal(1901, #m:clone():modules())
    m:eval():train():double()
    m:load_state_dict(m:state_dict())
    m(torch.ones(1, 2, {dtype = "float64"})):sum():backward()
    local n = 0
    m:apply(function() n = n + 1 end)
    assert.equal(1901, n)
    for _, p in ipairs(m:parameters()) do assert.truthy(p.grad) end
    m:zero_grad()
    for _, p in ipairs(m:parameters()) do assert.is_nil(p.grad) end
  end)
end)

describe("tables that are nested very often", function()
  local function nest(key, depth)
    local t = {[key] = torch.ones(2)}
    for _ = 1, depth do t = {[key] = t} end
    return t
  end

  it("are saved and loaded", function()
    local name = os.tmpname()
    for _, key in ipairs {1, "a"} do
      torch.save(nest(key, 20000), name)
      local t, depth = torch.load(name), 0
      while type(t) == "table" do t, depth = t[key], depth + 1 end
      assert.equal(20001, depth)
      assert.same({1, 1}, t:tolist())
    end
    os.remove(name)
  end)

  it("are too deep for what has an order of its own", function()
    local json = require "torch.json"
    assert.has_error(function() json.encode(nest("a", DEPTH)) end)
    local ok, fault = pcall(json.decode, ("["):rep(DEPTH) .. ("]"):rep(DEPTH))
    assert.is_false(ok)
    assert.equal("nested too deep", fault.what)
    assert.error_matches(function() torch.tensor(nest(1, DEPTH)) end,
      "tensor: 'data' %(argument 1%): nested deeper than 12")
  end)
end)
