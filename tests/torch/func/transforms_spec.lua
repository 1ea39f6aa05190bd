-- torch.func: derivatives of functions as functions.
local F64 = {dtype = "float64"}
local func = torch.func

local function near(expected, got)
  assert.is_true(torch.allclose(got, torch.tensor(expected, {dtype = got.dtype}), 1e-6, 1e-8),
    "got " .. tostring(got))
end

local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

describe("func.grad", function()
  local function cube(x) return (x ^ 3):sum() end

  it("gives the gradient by the first argument, detached", function()
    local x = torch.tensor({1, 2}, F64)
    local g = func.grad(cube)(x)
    near({3, 12}, g)
    assert.is_false(g.requires_grad)
    assert.is_false(x.requires_grad)
    assert.is_nil(x.grad)
  end)
  it("is applied to itself", function()
    local function f(x) return x ^ 4 end
    local x = torch.tensor(2.0, F64)
    near(32, func.grad(f)(x))
    near(48, func.grad(func.grad(f))(x))
    near(48, func.grad(func.grad(func.grad(f)))(x))
    near(24, func.grad(func.grad(func.grad(func.grad(f))))(x))
  end)
  it("takes several arguments, tables and what comes beside the result", function()
    local function f(p, x) return (p.w * x):sum() + p.b ^ 2, {x * 2} end
    local p, x = {w = torch.ones(2, F64), b = torch.tensor(3.0, F64)}, torch.tensor({4, 5}, F64)
    local g, aux = func.grad(f, {has_aux = true})(p, x)
    near({4, 5}, g.w)
    near(6, g.b)
    near({8, 10}, aux[1])
    local gp, gx, value = func.grad_and_value(function(...) return (f(...)) end, {1, 2})(p, x)
    near({4, 5}, gp.w)
    near({1, 1}, gx)
    near(18, value)
  end)
  it("keeps the graph for what else has a part in it", function()
    local net = nn.Linear(1, 1, F64)
    local slope = func.grad(function(x) return net(x):sum() end)(torch.ones(3, 1, F64))
    assert.is_true(slope.requires_grad)
    slope:sum():backward()
    near({{3}}, net.weight.grad)
    assert.is_nil(net.bias.grad)
    local x = torch.tensor(2.0, F64):requires_grad_()
    func.grad(cube)(x):backward()
    near(12, x.grad)
    torch.no_grad(function() assert.is_false(func.grad(cube)(x).requires_grad) end)
  end)
  it("gives 0 where the function does not depend on the argument", function()
    near({0, 0}, func.grad(function() return torch.ones(1, F64) end)(torch.ones(2, F64)))
    near({0, 0}, func.grad(function(_, y) return y:sum() end)(torch.ones(2, F64), torch.ones(1, F64)))
  end)
  it("says what is wrong", function()
    local x = torch.ones(2)
    assert.equal("func.grad: the function returns one element, got float32 (2)", message(func.grad(torch.sin), x))
    assert.equal("func.grad: 'argnums' (argument 2): expected positions from 1 to 1, got number 2",
      message(func.grad(cube, 2), x))
    assert.equal("func.grad: a gradient is wanted of tensors of floating point, got int64 (2)",
      message(func.grad(cube), torch.tensor({1, 2})))
    assert.equal("func.grad: 'func' (argument 1): expected a function, got number 5", message(func.grad, 5))
    assert.equal("func.grad: the function returns nothing", message(func.grad(function() end), x))
    assert.equal("func.grad: the function returns tensors, got number 3",
      message(func.grad(function() return 3 end), x))
    assert.equal("func.grad: there is no tensor to differentiate by", message(func.grad(cube), 5))
  end)
end)

describe("func.vjp, func.jvp and func.linearize", function()
  local function f(x, y) return x * y, (x ^ 2):sum() end
  local x, y = torch.tensor({1, 2}, F64), torch.tensor({3, 4}, F64)

  it("vjp", function()
    local a, b, pull = func.vjp(f, x, y)
    near({3, 8}, a)
    near(5, b)
    for _ = 1, 2 do
      local gx, gy = pull(torch.tensor({1, 10}, F64), torch.tensor(2.0, F64))
      near({3 + 4, 40 + 8}, gx)
      near({1, 20}, gy)
    end
    local value, back, aux = func.vjp(function(t) return t * 2, {t} end, x, {has_aux = true})
    near({2, 4}, value)
    near({2, 2}, back(torch.ones(2, F64)))
    near({1, 2}, aux[1])
    assert.equal("func.vjp: 'cotangents': expected 2 tensors, got 1", message(pull, torch.ones(2, F64)))
    assert.equal("func.vjp: 'cotangents': tensor 1: expected a tensor (2), got float64 (3)",
      message(pull, torch.ones(3, F64), torch.ones(1, F64)))
  end)
  it("jvp", function()
    local values, tangents = func.jvp(f, {x, y}, {torch.tensor({1, 0}, F64), torch.tensor({0, 1}, F64)})
    near({3, 8}, values[1])
    near({3, 2}, tangents[1])
    near(2, tangents[2])
    local value, tangent = func.jvp(torch.sin, {torch.zeros(2, F64)}, {torch.tensor({3, 4}, F64)})
    near({0, 0}, value)
    near({3, 4}, tangent)
    near({0}, select(2, func.jvp(function() return torch.ones(1, F64) end, {x}, {x})))
    assert.equal("func.jvp: with strict = true, output 1 does not depend on the primals",
      message(func.jvp, function() return torch.ones(1, F64) end, {x}, {x}, {strict = true}))
    assert.equal("func.jvp: 'tangents': tensor 1: expected a tensor (2), got float64 (3)",
      message(func.jvp, torch.sin, {x}, {torch.ones(3, F64)}))
  end)
  it("jvp nests, and agrees with differences", function()
    local function g(t) return func.jvp(torch.sin, {t}, {torch.ones_like(t)}) end
    local _, second = func.jvp(function(t) return (select(2, g(t))) end, {x}, {torch.ones_like(x)})
    near((-x:sin()):tolist(), second)
    local net = nn.Sequential(nn.Linear(2, 3, F64), nn.Tanh(), nn.Linear(3, 2, F64))
    local v, e = torch.tensor({0.3, -0.7}, F64), 1e-6
    local _, push = func.jvp(net, {x}, {v})
    local differences = (net(x + v * e) - net(x - v * e)) / (2 * e)
    assert.is_true(torch.allclose(push, differences, 1e-6, 1e-8))
  end)
  it("linearize", function()
    local value, push = func.linearize(torch.exp, x)
    near(x:exp():tolist(), value)
    near((x:exp() * 2):tolist(), push(torch.full({2}, 2.0, F64)))
    near(x:exp():tolist(), push(torch.ones(2, F64)))
  end)
end)

describe("func.jacrev, func.jacfwd and func.hessian", function()
  local x = torch.tensor({1, 2, 3}, F64)
  for _, name in ipairs {"jacrev", "jacfwd"} do
    local jacobian = func[name]
    it(name, function()
      near({{2, 0, 0}, {0, 4, 0}, {0, 0, 6}}, jacobian(function(t) return t ^ 2 end)(x))
      near({2, 4, 6}, jacobian(function(t) return (t ^ 2):sum() end)(x))
      local w = torch.arange(6):double():reshape(2, 3)
      local jw, jx = jacobian(function(a, b) return a:matmul(b) end, {1, 2})(w, x)
      assert.are.same({2, 2, 3}, {table.unpack(jw.shape)})
      near(w:tolist(), jx)
      near({{{1, 2, 3}, {0, 0, 0}}, {{0, 0, 0}, {1, 2, 3}}}, jw)
      local first, second = jacobian(function(t) return t * 2, t:sum() end)(x)
      near({{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}, first)
      near({1, 1, 1}, second)
      local j, aux = jacobian(function(t) return t:sum(), t end, 1, true)(x)
      near({1, 1, 1}, j)
      near({1, 2, 3}, aux)
      assert.are.same({0, 3}, {table.unpack(jacobian(function(t) return t:narrow(1, 1, 0) end)(x).shape)})
    end)
  end
  it("hessian", function()
    near({{6, 0, 0}, {0, 12, 0}, {0, 0, 18}}, func.hessian(function(t) return (t ^ 3):sum() end)(x))
    near({{0, 1}, {1, 0}}, func.hessian(function(t) return t[1] * t[2] end)(torch.ones(2, F64)))
  end)
end)

describe("func.vmap", function()
  it("maps over samples, along any dimension", function()
    local a, b = torch.arange(6):double():reshape(3, 2), torch.arange(6):double():reshape(2, 3)
    near({0 + 3, 2 + 12, 8 + 25}, func.vmap(torch.dot, {1, 2})(a, b))
    near({{0, 2, 4}, {1, 3, 5}}, func.vmap(function(t) return t end, 1, 2)(a))
    near({{1, 2}, {3, 4}, {5, 6}}, func.vmap(function(t, c) return t + c end, {1, nil})(a, 1))
    local p = func.vmap(function(t) return {sum = t:sum(), all = t} end)(a)
    near({1, 5, 9}, p.sum)
    assert.is_true(torch.equal(a, p.all))
    near({{1, 2}, {3, 4}}, torch.vmap(torch.vmap(function(t) return t + 1 end))(torch.arange(4):double():view(2, 2)))
  end)
  it("gives the gradients of each sample", function()
    local net = nn.Linear(2, 1, F64)
    local params = {}
    for name, p in net:named_parameters() do params[name] = p:detach() end
    local x = torch.tensor({{1, 2}, {3, 4}, {5, 6}}, F64)
    local function loss(p, sample) return func.functional_call(net, p, sample):sum() end
    local g = func.vmap(func.grad(loss), {nil, 1})(params, x)
    near(x:unsqueeze(2):tolist(), g.weight)
    near({{1}, {1}, {1}}, g.bias)
  end)
  it("watches random numbers", function()
    local x = torch.zeros(3, 2)
    local function noise(t) return t + torch.rand(2) end
    assert.matches("^vmap: the function draws random numbers", message(func.vmap(noise), x))
    local same = func.vmap(noise, {randomness = "same"})(x)
    assert.is_true(torch.equal(same[1], same[2]))
    local different = func.vmap(noise, {randomness = "different"})(x)
    assert.is_false(torch.equal(different[1], different[2]))
  end)
  it("says what is wrong", function()
    local x, y = torch.ones(2, 3), torch.ones(3, 2)
    assert.equal("vmap: argument 2 has 3 samples along dimension 1, those before have 2",
      message(func.vmap(torch.add), x, y))
    assert.equal("vmap: 'in_dims' (argument 2): expected a dimension for at least one tensor",
      message(func.vmap(torch.add, {false, false}), x, y))
    assert.matches("^vmap: 'in_dims' %(argument 2%): expected a dimension from 1 to 2",
      message(func.vmap(torch.sin, 3), x))
    assert.equal("vmap: 'randomness' (argument 4): expected error, different or same, got string 'no'",
      message(func.vmap, torch.sin, {randomness = "no"}))
    assert.equal("vmap: the function returns tensors, got number 1", message(func.vmap(function() return 1 end), x))
  end)
end)

describe("func.functional_call and func.stack_module_state", function()
  it("compute with other tensors and leave the module as it was", function()
    local net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    local names, before = {}, net[1].weight
    for name in pairs(net:state_dict()) do names[#names + 1] = name end
    local w = torch.eye(2):requires_grad_()
    net:eval()
    local out = func.functional_call(net, {["0.weight"] = w, ["0.bias"] = torch.zeros(2)}, torch.ones(3, 2))
    out:sum():backward()
    assert.is_not_nil(w.grad)
    assert.is_nil(before.grad)
    assert.is_true(rawequal(before, net[1].weight))
    local after = {}
    for name in pairs(net:state_dict()) do after[#after + 1] = name end
    assert.are.same(names, after)
    pcall(func.functional_call, net, {["0.weight"] = w}, torch.ones(3, 5))
    assert.is_true(rawequal(before, net[1].weight))
  end)
  it("replace tied tensors under both names", function()
    local Tied = torch.class("Tied", nn.Module)
    function Tied:__init()
      self.a = nn.Parameter(torch.ones(1))
      self.b = self.a
    end
    function Tied:forward(x) return self.a * x + self.b end
    near({6}, func.functional_call(Tied(), {a = torch.tensor({3.0})}, torch.ones(1)))
    near({4}, func.functional_call(Tied(), {a = torch.tensor({3.0})}, {torch.ones(1)}, {tie_weights = false}))
  end)
  it("run an ensemble", function()
    local models = {nn.Linear(2, 1), nn.Linear(2, 1), nn.Linear(2, 1)}
    local params, buffers = func.stack_module_state(models)
    assert.are.same({3, 1, 2}, {table.unpack(params.weight.shape)})
    assert.is_true(params.weight.requires_grad)
    assert.is_nil(next(buffers))
    local x = torch.rand(4, 2)
    local all = func.vmap(function(p, t) return func.functional_call(models[1], p, t) end, {1, nil})(params, x)
    for i, m in ipairs(models) do assert.is_true(torch.allclose(m(x), all[i])) end
  end)
  it("say what is wrong", function()
    local net = nn.Linear(2, 1)
    assert.equal("functional_call: 'parameter_and_buffer_dicts' (argument 2): the module has no 'wieght', did you mean "
      .. "'weight'?", message(func.functional_call, net, {wieght = torch.ones(1)}, torch.ones(2)))
    assert.equal("functional_call: 'module' (argument 1): expected a module, got number 5",
      message(func.functional_call, 5, {}, torch.ones(2)))
    assert.equal("functional_call: with strict = true 'bias' is missing",
      message(func.functional_call, net, {weight = torch.ones(1, 2)}, torch.ones(2), {strict = true}))
    assert.equal("stack_module_state: 'models' (argument 1): expected one class, got nn.Linear and nn.ReLU",
      message(func.stack_module_state, {net, nn.ReLU()}))
  end)
end)
