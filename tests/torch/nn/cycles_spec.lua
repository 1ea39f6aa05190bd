--- Modules that hold themselves or what is above them, and things with two names: each is visited once.
local Node = torch.class("CyclesNode", nn.Module)
function Node:__init() self.lin = nn.Linear(2, 2) end

local function names(iterator)
  local list = {}
  for name in iterator do list[#list + 1] = name end
  return table.concat(list, " ")
end

local function keys(state)
  local list = {}
  for name in pairs(state) do list[#list + 1] = name end
  return table.concat(list, " ")
end

--- Every walk over a module ends, and visits `count` modules with `n` parameters.
local function check(m, count, n)
  assert.equal(n, #m:parameters())
  assert.equal(count, #m:modules())
  local seen, calls = {}, 0
  m:apply(function(part)
    assert.is_nil(seen[part])
    seen[part], calls = true, calls + 1
  end)
  assert.equal(count, calls)
  for _, p in ipairs(m:parameters()) do p.grad = torch.ones_like(p) end
  m:zero_grad()
  for _, p in ipairs(m:parameters()) do assert.is_nil(p.grad) end
  m:eval()
  for _, part in ipairs(m:modules()) do assert.is_false(part.training) end
  m:train()
  for _, part in ipairs(m:modules()) do assert.is_true(part.training) end
  m:requires_grad_(false):requires_grad_(true)
  m:double()
  for _, p in ipairs(m:parameters()) do assert.equal(torch.float64, p.dtype) end
  m:float()
  m:load_state_dict(m:state_dict())
  assert.truthy(tostring(m):find "^%w+%(")
end

describe("a module", function()
  it("may hold itself", function()
    local m = nn.Sequential(nn.Linear(2, 2))
    m:add_module("me", m)
    check(m, 2, 2)
    assert.equal("0.weight 0.bias", keys(m:state_dict()))
    assert.equal("Sequential(\n  (0): Linear(in_features=2, out_features=2, bias=true)\n  (me): Sequential(...)\n)",
      tostring(m))
    local node = Node()
    node.me = node
    check(node, 2, 2)
    assert.equal("lin.weight lin.bias", keys(node:state_dict()))
  end)

  it("may hold what is above it", function()
    local a, b, c = Node(), Node(), Node()
    a.b, b.c, c.a = b, c, a
    check(a, 6, 6)
    assert.equal("lin.weight lin.bias b.lin.weight b.lin.bias b.c.lin.weight b.c.lin.bias", keys(a:state_dict()))
    assert.equal(" lin b b.lin b.c b.c.lin", names(a:named_modules()))
    assert.equal(" lin c c.lin c.a c.a.lin", names(b:named_modules()))
    assert.truthy(tostring(a):find("(a): CyclesNode(...)", 1, true))
    local list = nn.ModuleList({a})
    a.list = list
    check(list, 7, 6)
  end)

  it("may have two names", function()
    local m = Node()
    m.twin, m.w = m.lin, m.lin.weight
    check(m, 2, 2)
    assert.equal("w lin.bias", names(m:named_parameters()))
    assert.equal("w lin.weight lin.bias twin.weight twin.bias", keys(m:state_dict()))
  end)

  it("that is visited by a method of Lua ends as well, and after an error begins anew", function()
    local Loud = torch.class("CyclesLoud", nn.Module)
    local calls, fail = 0, false
    function Loud:train(mode)
      calls = calls + 1
      if fail then error "loud" end
      return Loud.super.train(self, mode)
    end
    local a, b = Loud(), Loud()
    a.b, b.a = b, a
    a:eval()
    assert.is_false(a.training or b.training)
    fail = true
    assert.is_false(pcall(nn.Sequential(a).train, nn.Sequential(a)))
    local Shy = torch.class("CyclesShy", nn.Module)
    function Shy:extra_repr() if fail then error "shy" end return "here" end
    local outer = nn.Sequential(Shy())
    assert.is_false(pcall(tostring, outer))
    fail = false
    a:train()
    assert.is_true(a.training and b.training)
    assert.equal("Sequential(\n  (0): CyclesShy(here)\n)", tostring(outer))
  end)

  it("come under each of their names without remove_duplicate", function()
    local shared = nn.Linear(2, 2)
    local net = nn.Sequential(shared, nn.Tanh(), shared)
    assert.equal(" 0 1", names(net:named_modules()))
    assert.equal(" 0 1 2", names(net:named_modules {remove_duplicate = false}))
    assert.equal("0.weight 0.bias 2.weight 2.bias", names(net:named_parameters {remove_duplicate = false}))
    local norm = nn.BatchNorm1d(2, {affine = false})
    local twice = nn.Sequential(norm, norm)
    assert.equal("p.0.running_mean p.0.running_var p.0.num_batches_tracked p.1.running_mean p.1.running_var "
      .. "p.1.num_batches_tracked", names(twice:named_buffers("p", true, false)))
    assert.error_matches(function() net:named_children {recurse = true} end, "unknown option 'recurse': it has none")
    assert.error_matches(function() net:children(true) end, "children: at most 0 arguments")
  end)
end)
