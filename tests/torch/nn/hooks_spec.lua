-- Hooks of modules, ModuleDict, parameters as a vector, nn.init, options of constructors.
local F64 = {dtype = torch.float64}

local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

describe("hooks of modules", function()
  local function network()
    local first, last = nn.Linear(2, 2, F64), nn.Linear(2, 1, F64)
    torch.no_grad(function()
      first.weight:copy_(torch.tensor({{1.0, 2.0}, {3.0, 4.0}}, F64))
      first.bias:zero_()
      last.weight:copy_(torch.tensor({{1.0, -1.0}}, F64))
      last.bias:zero_()
    end)
    return nn.Sequential(first, nn.ReLU(), last)
  end

  it("do in a Sequential what PyTorch's do", function()
    local m, log = network(), {}
    m[1]:register_forward_pre_hook(function(_, input) return input[1] * 2 end)
    m[2]:register_forward_hook(function(_, _, output) return output + 1 end)
    m[2]:register_full_backward_hook(function(_, grad_input, grad_output)
      log.relu = {grad_input[1]:tolist(), grad_output[1]:tolist()}
    end)
    m[3]:register_full_backward_hook(function(_, grad_input) return {grad_input[1] * 10} end)
    m:register_full_backward_hook(function(module, grad_input, grad_output)
      assert.is_true(rawequal(m, module))
      log.all = {grad_input[1]:tolist(), grad_output[1]:tolist()}
    end)
    local x = torch.tensor({{1.0, -1.0}, {2.0, 3.0}}, F64):requires_grad_(true)
    local y = m(x)
    y:sum():backward()
    assert.are.same({{0}, {-20}}, y:tolist())
    assert.are.same({{0, 0}, {-40, -40}}, x.grad:tolist())
    assert.are.same({{40, 60}, {-40, -60}}, m[1].weight.grad:tolist())
    assert.are.same({{{0, 0}, {10, -10}}, {{10, -10}, {10, -10}}}, log.relu)
    assert.are.same({{{0, 0}, {-40, -40}}, {{1}, {1}}}, log.all)
  end)

  it("see modules written in Lua, several arguments and several results", function()
    local Pair = torch.class("Pair", nn.Module)
    function Pair:forward(a, flag, b) return a + b, flag and a - b end
    local seen
    local m = Pair()
    m:register_forward_pre_hook(function(_, input) return {input[1] * 2, input[2], input[3]} end)
    m:register_forward_hook(function(_, input, output)
      seen = {n = input.n, outputs = output.n}
      return {output[1], output[2] * 10}
    end)
    local sum, difference = m(torch.ones(2), true, torch.ones(2))
    assert.are.same({3, 3}, sum:tolist())
    assert.are.same({10, 10}, difference:tolist())
    assert.are.same({n = 3, outputs = 2}, seen)
  end)

  it("are removed by their handle, also while they run", function()
    local m, calls = nn.ReLU(), 0
    local handle
    handle = m:register_forward_hook(function()
      calls = calls + 1
      handle:remove()
    end)
    local other = m:register_forward_hook(function() calls = calls + 10 end)
    m(torch.ones(1))
    m(torch.ones(1))
    assert.are.equal(21, calls)
    other:remove()
    other:remove()
    do
      local _ <close> = m:register_forward_hook(function() calls = 0 end)
    end
    m(torch.ones(1))
    assert.are.equal(21, calls)
  end)

  it("run in losses, and backward hooks also when no input wants a gradient", function()
    local criterion, seen = nn.MSELoss(), nil
    criterion:register_forward_hook(function(_, input, output) seen = {input.n, output:item()} end)
    criterion(torch.ones(2), torch.zeros(2))
    assert.are.same({2, 1}, seen)
    local m = nn.Linear(2, 1)
    m:register_full_backward_hook(function(_, grad_input, grad_output)
      seen = {grad_input.n, grad_input[1], grad_output[1]:tolist()}
    end)
    m(torch.ones(1, 2)):sum():backward()
    assert.are.same({1, nil, {{1}}}, seen)
    m(torch.ones(1, 2):requires_grad_(true)):sum():backward()
    assert.are.equal("userdata", type(seen[2]))
  end)

  it("say what is wrong", function()
    assert.are.equal("register_forward_hook: 'hook' (argument 2): expected a function, got the number 3",
      message(function() nn.ReLU():register_forward_hook(3) end))
    local m = nn.Linear(1, 1)
    m:register_full_backward_hook(function() return {torch.ones(1), torch.ones(1)} end)
    local y = m(torch.ones(1, 1):requires_grad_(true)):sum()
    assert.are.equal("register_full_backward_hook: a hook returned 2 gradients for 1 inputs",
      message(function() y:backward() end))
  end)

  it("are collected with their module", function()
    local function work()
      local m = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
      m:register_forward_hook(function() return m and nil end)
      m[1]:register_full_backward_hook(function() return m and nil end)
      m(torch.ones(1, 2):requires_grad_(true)):sum():backward()
    end
    local function bytes()
      for _ = 1, 3 do collectgarbage() end
      return torch._C.memory().bytes
    end
    work()
    local start = bytes()
    for _ = 1, 3 do work() end
    assert.are.equal(start, bytes())
  end)
end)

describe("nn.ModuleDict", function()
  it("keeps modules by name, in order", function()
    local dict = nn.ModuleDict {{"conv", nn.Conv2d(1, 2, 3)}, {"act", nn.ReLU()}}
    dict.fc = nn.Linear(4, 2)
    assert.are.same({"conv", "act", "fc"}, dict:keys())
    assert.are.equal(3, #dict)
    assert.is_true(dict:contains "act" and not dict:contains "pool")
    assert.is_true(rawequal(dict.fc, dict:get "fc") and rawequal(dict["fc"], dict:values()[3]))
    assert.are.equal(4, #dict:parameters())
    assert.is_not_nil(dict:state_dict()["conv.weight"])
    local act = dict:pop "act"
    assert.are.equal("nn.ReLU", torch.typename(act))
    assert.are.same({"conv", "fc"}, dict:keys())
    dict:update {a = nn.Tanh(), b = nn.ReLU()}
    assert.are.same({"conv", "fc", "a", "b"}, dict:keys())
    dict:clear()
    assert.are.equal(0, #dict)
    assert.are.equal("nn.ModuleDict: 'x': expected a module, got a number",
      message(function() nn.ModuleDict {x = 1} end))
  end)
end)

describe("nn.utils", function()
  it("makes one vector of parameters, and parameters of a vector", function()
    local m = nn.Linear(2, 2)
    local vector = nn.utils.parameters_to_vector(m:parameters())
    assert.are.same({6}, {table.unpack(vector.shape)})
    vector:sum():backward()
    assert.are.same({{1, 1}, {1, 1}}, m.weight.grad:tolist())
    local new = torch.arange(6):float()
    nn.utils.vector_to_parameters(new, m:parameters())
    assert.are.same({{0, 1}, {2, 3}}, m.weight:tolist())
    assert.are.same({4, 5}, m.bias:tolist())
    new[1] = 9
    assert.are.equal(9, m.weight[{1, 1}]:item())
    assert.matches("it has 3 elements, the parameters have 6", message(function()
      nn.utils.vector_to_parameters(torch.ones(3), m:parameters())
    end), 1, true)
  end)

  it("clips gradients by value", function()
    local p = nn.Parameter(torch.zeros(3))
    p.grad = torch.tensor {-3.0, 0.5, 2.0}
    nn.utils.clip_grad_value_({p}, 1)
    assert.are.same({-1, 0.5, 1}, p.grad:tolist())
  end)
end)

describe("nn.init", function()
  it("fills matrices and weights of convolutions", function()
    assert.are.same({{1, 0, 0}, {0, 1, 0}}, nn.init.eye_(torch.empty(2, 3)):tolist())
    assert.are.same({{{0, 1, 0}, {0, 0, 0}}, {{0, 0, 0}, {0, 1, 0}}}, nn.init.dirac_(torch.empty(2, 2, 3)):tolist())
    local x = torch.randn(1, 4, 5, 5)
    local conv = nn.Conv2d(4, 4, 3, {padding = 1, groups = 2, bias = false})
    nn.init.dirac_(conv.weight, {groups = 2})
    assert.is_true(torch.allclose(x, conv(x)))
    local w = torch.empty(10, 6)
    nn.init.sparse_(w, 0.3)
    assert.are.same({3, 3, 3, 3, 3, 3}, w:eq(0):sum(1):tolist())
  end)

  it("makes orthogonal matrices", function()
    for _, shape in ipairs {{6, 4}, {4, 6}, {5, 5}, {4, 2, 3}} do
      local w = nn.init.orthogonal_(torch.empty(shape, F64), {gain = 2})
      local m = w:reshape(shape[1], -1)
      if m.shape[1] > m.shape[2] then m = m:t() end
      assert.is_true(torch.allclose(m:mm(m:t()), torch.eye(m.shape[1], F64) * 4))
    end
  end)

  it("draws from the truncated normal law", function()
    torch.manual_seed(4)
    local w = nn.init.trunc_normal_(torch.empty(20000))
    assert.is_true(w:min():item() >= -2 and w:max():item() <= 2)
    assert.is_near(0, w:mean():item(), 0.02)
    assert.is_near(0.8796, w:std():item(), 0.02) -- of the law
    nn.init.trunc_normal_(w, 1, 2, {a = 1, b = 30})
    assert.is_true(w:min():item() >= 1 and w:max():item() < 12)
  end)

  it("says what is wrong", function()
    assert.are.equal("nn.init.eye_: 'tensor' (argument 1): expected 2 dimensions, got 1",
      message(nn.init.eye_, torch.ones(2)))
    assert.are.equal("nn.init.orthogonal_: 'tensor' (argument 1): expected at least 2 dimensions, got 1",
      message(nn.init.orthogonal_, torch.ones(2)))
    assert.are.equal("nn.init.dirac_: 'groups' (argument 2): expected a divisor of 3, got number 2",
      message(nn.init.dirac_, torch.ones(3, 1, 1), 2))
  end)
end)

describe("options of constructors", function()
  it("take the device that there is and a dtype", function()
    local m = nn.Linear(2, 3, {device = "cpu", dtype = torch.float64})
    assert.are.equal(torch.float64, m.weight.dtype)
    assert.are.equal(torch.float64,
      nn.BatchNorm2d(3, {device = torch.device "cpu", dtype = "float64"}).running_mean.dtype)
    for _, make in ipairs {function(d) nn.Linear(1, 1, {device = d}) end,
      function(d) nn.Conv2d(1, 1, 1, {device = d}) end,
      function(d) nn.BatchNorm1d(1, {device = d}) end} do
      assert.matches("'device'", message(make, "cuda"), 1, true)
      assert.matches("'device': expected \"cpu\", \"cuda\", \"meta\" or a torch.device, got the string \"tpu\"",
        message(make, "tpu"), 1, true)
    end
  end)

  it("keep buffers out of the state on request", function()
    local m = nn.Module()
    m:register_buffer("kept", torch.ones(1))
    m:register_buffer("scratch", torch.ones(1), {persistent = false})
    m.scratch = torch.zeros(1)
    assert.is_nil(m:state_dict().scratch)
    assert.is_not_nil(m:state_dict().kept)
    assert.are.equal(2, #m:buffers())
    assert.are.equal(torch.float16, m:half().kept.dtype)
    assert.are.equal(torch.bfloat16, m:bfloat16().kept.dtype)
  end)
end)
