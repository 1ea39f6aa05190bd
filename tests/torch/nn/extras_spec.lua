-- Copies of modules, hooks of state dicts and of all modules, extra state.
local F64 = {dtype = "float64"}

local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

describe("module:clone()", function()
  it("shares nothing", function()
    local net = nn.Sequential(nn.Conv2d(1, 2, 3, {stride = 2}), nn.BatchNorm2d(2), nn.Dropout(0.3), nn.ReLU())
    net[1].note, net[1].list = "kept", {1, {2}}
    net[2].weight:requires_grad_(false)
    net:eval()
    local copy = net:clone()
    assert.equal(tostring(net), tostring(copy))
    local x = torch.rand(2, 1, 7, 7)
    assert.is_true(torch.equal(net(x), copy(x)))
    assert.is_false(copy.training)
    assert.is_false(copy[2].weight.requires_grad)
    assert.is_true(copy[1].weight.requires_grad)
    assert.equal("kept", copy[1].note)
    copy[1].list[2][1] = 5
    assert.equal(2, net[1].list[2][1])
    torch.no_grad(function() copy[1].weight:zero_() end)
    assert.is_false(torch.equal(net(x), copy(x)))
    local names, others = {}, {}
    for name in pairs(net:state_dict()) do names[#names + 1] = name end
    for name in pairs(copy:state_dict()) do others[#others + 1] = name end
    assert.are.same(names, others)
  end)
  it("copies gradients, hooks, ties and classes of the program", function()
    local Tied = torch.class("TiedCopy", nn.Module)
    function Tied:__init()
      self.a = nn.Linear(2, 2)
      self.b = nn.Linear(2, 2)
      self.b.weight = self.a.weight
      self:register_buffer("seen", torch.zeros(1), false)
      self:register_parameter("none", nil)
    end
    function Tied:forward(x) return self.b(self.a(x)) end
    local net, calls = Tied(), 0
    net:register_forward_hook(function() calls = calls + 1 end)
    net(torch.ones(1, 2)):sum():backward()
    local copy = net:clone()
    copy(torch.ones(1, 2))
    assert.equal(2, calls)
    assert.is_true(rawequal(copy.a.weight, copy.b.weight))
    assert.is_true(torch.equal(net.a.weight.grad, copy.a.weight.grad))
    copy.a.weight.grad:zero_()
    assert.is_false(torch.equal(net.a.weight.grad, copy.a.weight.grad))
    assert.is_nil(copy:state_dict().seen)
    assert.is_not_nil(copy.seen)
    assert.is_true(torch.isinstance(copy, Tied))
  end)
end)

describe("hooks of the backward pass", function()
  it("register_full_backward_pre_hook changes grad_output before the others see it", function()
    local net, seen = nn.Linear(2, 1, F64), {}
    net:register_full_backward_hook(function(_, _, grad_output) seen[#seen + 1] = grad_output[1]:item() end)
    net:register_full_backward_pre_hook(function(_, grad_output) return {grad_output[1] * 10} end)
    net:register_full_backward_pre_hook(function(_, grad_output) seen[#seen + 1] = grad_output[1]:item() end)
    net(torch.ones(1, 2, F64):requires_grad_()):sum():backward()
    assert.are.same({10, 10}, seen)
    assert.are.same({10}, net.bias.grad:tolist())
  end)
  it("prepend and always_call", function()
    local net, log = nn.Linear(2, 1), {}
    net:register_forward_hook(function() log[#log + 1] = "second" end)
    net:register_forward_hook(function() log[#log + 1] = "first" end, {prepend = true})
    net(torch.ones(1, 2))
    assert.are.same({"first", "second"}, log)
    net:register_forward_hook(function(_, _, output) log[#log + 1] = tostring(output) end, {always_call = true})
    pcall(net, torch.ones(1, 5))
    assert.are.same({"first", "second", "nil"}, log)
    assert.matches("unknown option 'first'", message(function()
      net:register_forward_hook(function() end, {first = true})
    end))
  end)
end)

describe("nn.modules.module: hooks of all modules", function()
  it("see every call until they are removed", function()
    local all, log = nn.modules.module, {}
    local net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    local handles = {
      all.register_module_forward_pre_hook(function(m) log[#log + 1] = "pre " .. torch.typename(m) end),
      all.register_module_forward_hook(function(m) log[#log + 1] = "post " .. torch.typename(m) end),
    }
    net(torch.ones(1, 2))
    assert.are.same({"pre nn.Sequential", "pre nn.Linear", "post nn.Linear", "pre nn.ReLU", "post nn.ReLU",
      "post nn.Sequential"}, log)
    for _, handle in ipairs(handles) do handle:remove() end
    net(torch.ones(1, 2))
    assert.equal(6, #log)
    local grads = {}
    local handle = all.register_module_full_backward_hook(function(m) grads[#grads + 1] = torch.typename(m) end)
    net(torch.ones(1, 2):requires_grad_()):sum():backward()
    handle:remove()
    assert.are.same({"nn.ReLU", "nn.Linear", "nn.Sequential"}, grads)
    assert.equal("register_module_forward_hook: 'hook' (argument 1): expected a function, got number 5",
      message(all.register_module_forward_hook, 5))
  end)
end)

describe("hooks of state dicts", function()
  it("run when it is made and when it is loaded", function()
    local net, log = nn.Sequential(nn.Linear(2, 1), nn.ReLU()), {}
    net[1]:register_state_dict_pre_hook(function(_, prefix) log[#log + 1] = "pre " .. prefix end)
    net[1]:register_state_dict_post_hook(function(_, state, prefix)
      log[#log + 1] = "post " .. prefix
      state[prefix .. "extra"] = torch.ones(1)
    end)
    local state = net:state_dict()
    assert.are.same({"pre 0.", "post 0."}, log)
    assert.is_not_nil(state["0.extra"])
    local other = nn.Sequential(nn.Linear(2, 1), nn.ReLU())
    assert.matches("unexpected: 0.extra", message(other.load_state_dict, other, state))
    other[1]:register_load_state_dict_pre_hook(function(_, given, prefix) given[prefix .. "extra"] = nil end)
    local handle = other:register_load_state_dict_post_hook(function(_, keys) log[#log + 1] = #keys.missing_keys end)
    other:load_state_dict(state)
    assert.is_not_nil(state["0.extra"])
    assert.is_true(torch.equal(net[1].weight, other[1].weight))
    assert.equal(0, log[3])
    handle:remove()
    other:load_state_dict(state)
    assert.equal(3, #log)
    other:register_load_state_dict_pre_hook(function(_, _, _, _, _, _, _, errors) errors[1] = "not this one" end)
    assert.equal("load_state_dict: not this one", message(other.load_state_dict, other, state))
  end)
  it("take extra state along", function()
    local Counter = torch.class("CounterWithState", nn.Module)
    function Counter:__init()
      self.w = nn.Parameter(torch.ones(1))
      self.n = 0
    end
    function Counter:get_extra_state() return {n = self.n} end
    function Counter:set_extra_state(state) self.n = state.n end
    local net = nn.Sequential(Counter())
    net[1].n = 7
    local state = net:state_dict()
    assert.are.same({n = 7}, state["0._extra_state"])
    local other = nn.Sequential(Counter())
    other:load_state_dict(state)
    assert.equal(7, other[1].n)
    state["0._extra_state"] = nil
    assert.matches("missing: 0._extra_state", message(other.load_state_dict, other, state))
    other:load_state_dict(state, false)
    assert.matches("^get_extra_state: nn.ReLU has none", message(function() nn.ReLU():get_extra_state() end))
  end)
  it("prefix, keep_vars and assign", function()
    local net = nn.Linear(2, 1)
    local state = net:state_dict({prefix = "net.", keep_vars = true})
    assert.is_true(state["net.weight"].requires_grad)
    assert.is_false(net:state_dict().weight.requires_grad)
    assert.equal("state_dict: 'prefix' (argument 1): expected a string, got the number 5",
      message(net.state_dict, net, 5))
    local weight = torch.ones(1, 2, F64)
    net:load_state_dict({weight = weight, bias = torch.zeros(1)}, {assign = true})
    assert.equal(torch.float64, net.weight.dtype)
    weight:fill_(3)
    assert.are.same({{3, 3}}, net.weight:tolist())
  end)
end)

describe("other methods", function()
  it("set_submodule, type, share_memory", function()
    local net = nn.Sequential(nn.Sequential(nn.ReLU()), nn.Tanh())
    net:set_submodule("0.0", nn.Sigmoid())
    assert.equal("nn.Sigmoid", torch.typename(net[1][1]))
    net:set_submodule("1", nn.ReLU())
    assert.equal("nn.ReLU", torch.typename(net[2]))
    assert.equal("set_submodule: 'module' (argument 2): expected a module, got number 5",
      message(net.set_submodule, net, "0", 5))
    assert.equal(torch.float64, nn.Linear(1, 1):type(torch.float64).weight.dtype)
    assert.is_true(rawequal(net, net:share_memory()))
  end)
end)

describe("module:to", function()
  it("brings a layer to a complex dtype, where it computes and trains", function()
    local net = nn.Linear(2, 3):to("complex64")
    assert.equal(torch.complex64, net.weight.dtype)
    local x = torch.randn(4, 2, {dtype = "complex64"})
    local y = net(x)
    assert.is_true(torch.allclose(x:mm(net.weight:t()) + net.bias, y, {atol = 1e-5}))
    y:abs():sum():backward()
    assert.equal(torch.complex64, net.weight.grad.dtype)
    assert.equal(torch.complex128, net:to(torch.complex128).weight.dtype)
    assert.equal(torch.complex128, net:double().weight.dtype) -- real dtypes are for real parameters
    assert.error_matches(function() net:to(torch.int32) end,
      "to: modules are of floating point or complex dtypes, not int32")
  end)
end)
