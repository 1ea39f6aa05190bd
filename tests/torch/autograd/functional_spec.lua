-- torch.autograd.functional: Jacobians, Hessians and products with them.
local F64 = {dtype = "float64"}
local functional = torch.autograd.functional

local function near(expected, got)
  assert.is_true(torch.allclose(got, torch.tensor(expected, {dtype = got.dtype}), 1e-6, 1e-8), "got " .. tostring(got))
end

local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

local x, y = torch.tensor({1, 2}, F64), torch.tensor({3, 4}, F64)
local function cube(t) return (t ^ 3):sum() end
local function mixed(a, b) return (a * b):sum() + (a ^ 2):sum() end

describe("torch.autograd.functional", function()
  it("jacobian", function()
    for _, strategy in ipairs {"reverse-mode", "forward-mode"} do
      local how = {strategy = strategy, vectorize = true}
      near({{1, 0}, {0, 1}}, functional.jacobian(function(t) return t + 1 end, x, how))
      local by = functional.jacobian(mixed, {x, y}, how)
      near({3 + 2, 4 + 4}, by[1])
      near({1, 2}, by[2])
      local two = functional.jacobian(function(a, b) return a * b, b:sum() end, {x, y}, how)
      near({{3, 0}, {0, 4}}, two[1][1])
      near({{1, 0}, {0, 2}}, two[1][2])
      near({0, 0}, two[2][1])
      near({1, 1}, two[2][2])
    end
  end)
  it("hessian", function()
    near({{6, 0}, {0, 12}}, functional.hessian(cube, x))
    local h = functional.hessian(mixed, {x, y})
    near({{2, 0}, {0, 2}}, h[1][1])
    near({{1, 0}, {0, 1}}, h[1][2])
    near({{1, 0}, {0, 1}}, h[2][1])
    near({{0, 0}, {0, 0}}, h[2][2])
    near({{6, 0}, {0, 12}}, functional.hessian(cube, {x})[1][1])
  end)
  it("vjp and jvp", function()
    local value, product = functional.vjp(function(t) return t ^ 2 end, x, torch.tensor({1, 10}, F64))
    near({1, 4}, value)
    near({2, 40}, product)
    local sum, products = functional.vjp(mixed, {x, y})
    near(11 + 5, sum)
    near({5, 8}, products[1])
    near({1, 2}, products[2])
    value, product = functional.jvp(function(t) return t ^ 2 end, x, torch.tensor({1, 10}, F64))
    near({1, 4}, value)
    near({2, 40}, product)
  end)
  it("hvp and vhp", function()
    for _, name in ipairs {"hvp", "vhp"} do
      local value, product = functional[name](cube, x, torch.tensor({1, 10}, F64))
      near(9, value)
      near({6, 120}, product)
      local _, products = functional[name](mixed, {x, y}, {torch.ones(2, F64), torch.zeros(2, F64)})
      near({2, 2}, products[1])
      near({1, 1}, products[2])
      near({0, 0}, select(2, functional[name](function(t) return t:sum() end, x, x)))
    end
  end)
  it("keeps the graph with create_graph alone", function()
    local w = torch.tensor({1, 2}, F64):requires_grad_()
    assert.is_false(functional.jacobian(cube, w).requires_grad)
    local j = functional.jacobian(cube, w, {create_graph = true})
    j:sum():backward()
    near({6, 12}, w.grad)
    local _, product = functional.vhp(cube, w, torch.ones(2, F64), {create_graph = true})
    near({6, 6}, torch.autograd.grad(product:sum(), w))
    _, product = functional.jvp(torch.sin, w, torch.ones(2, F64), true)
    near((-torch.sin(x)):tolist(), torch.autograd.grad(product:sum(), w))
  end)
  it("says what is wrong", function()
    local function constant() return torch.ones(1, F64) end
    assert.equal("functional.vjp: with strict = true, input 1 does not depend on the others",
      message(functional.vjp, constant, x, {strict = true}))
    assert.equal("functional.jvp: with strict = true, output 1 does not depend on the others",
      message(functional.jvp, constant, x, x, {strict = true}))
    assert.equal("functional.jacobian: with strict = true, output 1 does not depend on input 1",
      message(functional.jacobian, constant, x, {strict = true}))
    assert.equal("functional.vjp: 'v' (argument 3): needed unless every tensor has one element, got float64 (2)",
      message(functional.vjp, torch.sin, x))
    assert.equal("functional.hvp: the function returns one element, got float64 (2)",
      message(functional.hvp, torch.sin, x, x))
    assert.equal("functional.hessian: the function returns one element, got float64 (2)",
      message(functional.hessian, torch.sin, x))
    assert.equal("functional.jacobian: 'strategy' (argument 6): expected reverse-mode or forward-mode, got string 'up'",
      message(functional.jacobian, torch.sin, x, {strategy = "up"}))
    assert.equal("functional.jacobian: 'inputs' (argument 2): expected a tensor or an array of tensors, got number 5",
      message(functional.jacobian, torch.sin, 5))
  end)
end)
