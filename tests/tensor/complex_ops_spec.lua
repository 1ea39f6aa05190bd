-- Reductions, layers and random numbers of complex tensors, beside values and gradients recorded from PyTorch.
local torch = require "torch"
local F = torch.nn.functional

local function complex(parts, ...)
  local shape = {...}
  local function numbers(list) return torch.tensor(list, {dtype = "float64"}):reshape(shape) end
  return torch.complex(numbers(parts[1]), numbers(parts[2]))
end

describe("complex addmm", function()
  it("takes factors with a fraction", function()
    for _, dtype in ipairs {"complex64", "complex128"} do
      local x, a, b = torch.ones(2, 2):to(dtype), torch.eye(2):to(dtype), torch.full({2, 2}, 2):to(dtype)
      local out = torch.addmm(x, a, b, {beta = 0.5, alpha = 1.5})
      assert.is_true(torch.allclose(torch.real(out), torch.full({2, 2}, 3.5):to(torch.real(out).dtype)))
    end
  end)
end)

--- Compares a tensor with the real numbers in order, or with lists of their two parts.
local function same(t, want, name)
  local function check(part, list)
    assert.is_true(torch.allclose(part:reshape(-1):double(), torch.tensor(list, {dtype = "float64"}), 1e-6, 1e-7),
      name .. ": " .. tostring(part))
  end
  if type(want[1]) ~= "table" then
    assert.is_false(torch.is_complex(t), name)
    return check(t, want)
  end
  check(t.real, want[1])
  check(t.imag, want[2])
end

local function z() return complex({{1, 3, 0, 0, -2, 1}, {2, -1, 0.25, 0.5, 0, -1}}, 2, 3):requires_grad_() end

describe("a reduction of complex numbers", function()
  local function check(name, f, value, gradient)
    local x = z()
    local result = f(x)
    result:sum():backward()
    same(result.data, value, name)
    same(x.grad, gradient, "gradient of " .. name)
  end

  it("norm takes the sizes of the numbers", function()
    check("norm 2", function(x) return x:norm(2) end, {4.6165463}, {{0.21661214, 0.64983643, 0, 0, -0.43322429,
      0.21661214}, {0.43322429, -0.21661214, 0.054153036, 0.10830607, 0, -0.21661214}})
    check("norm 1", function(x) return x:norm(1) end, {9.5625592}, {{0.4472136, 0.9486833, 0, 0, -1, 0.70710678},
      {0.89442719, -0.31622777, 1, 1, 0, -0.70710678}})
    check("norm 3", function(x) return x:norm(3) end, {3.7744399}, {{0.15695674, 0.66591105, 0, 0, -0.28077275,
      0.099268158}, {0.31391348, -0.22197035, 0.0043870742, 0.017548297, 0, -0.099268158}})
    check("norm 0.5", function(x) return x:norm(0.5) end, {50.185261}, {{2.1186567, 3.7792824, 0, 0, -5.0092545,
      4.2122642}, {4.2373134, -1.2597608, 14.168311, 10.018509, 0, -4.2122642}})
    check("norm -1", function(x) return x:norm(-1) end, {0.12546189}, {{0.0014078896, 0.0014932925, 0, 0,
      -0.0039351712, 0.0055651725}, {0.0028157793, -0.00049776416, 0.25185096, 0.062962739, 0, -0.0055651725}})
    check("norm inf", function(x) return x:norm(math.huge) end, {3.1622777}, {{0, 0.9486833, 0, 0, 0, 0}, {0,
      -0.31622777, 0, 0, 0, 0}})
    check("norm -inf", function(x) return x:norm(-math.huge) end, {0.25}, {{0, 0, 0, 0, 0, 0}, {0, 0, 1, 0, 0, 0}})
    check("norm of rows", function(x) return x:norm(2, 2) end, {3.8810437, 2.5}, {{0.25766265, 0.77298795, 0, 0,
      -0.8, 0.4}, {0.5153253, -0.25766265, 0.064415663, 0.2, 0, -0.4}})
    assert.equal(torch.complex64, z():to("complex64"):requires_grad_().dtype)
    assert.equal(torch.float32, z():to("complex64"):norm().dtype)
    assert.equal(6, z():norm(0):item())
    assert.is_true(torch.allclose(z():norm("fro"), z():norm()))
    assert.equal(0, complex({{0}, {0}}, 1):norm():item())
  end)
  it("var and std take the squared sizes of the distances from the mean", function()
    check("var", function(x) return x:var() end, {3.94375}, {{0.2, 1, -0.2, -0.2, -1, 0.2}, {0.75, -0.45, 0.05,
      0.15, -0.05, -0.45}})
    check("var of rows", function(x) return x:var(2, 0) end, {3.0694444, 1.9444444}, {{-0.22222222, 1.1111111,
      -0.88888889, 0.22222222, -1.1111111, 0.88888889}, {1.0555556, -0.94444444, -0.11111111, 0.44444444,
      0.11111111, -0.55555556}})
    check("std", function(x) return x:std() end, {1.9858877}, {{0.050355314, 0.25177657, -0.050355314, -0.050355314,
      -0.25177657, 0.050355314}, {0.18883243, -0.11329946, 0.012588829, 0.037766486, -0.012588829, -0.11329946}})
    check("std of rows", function(x) return x:std(2, 0) end, {1.751983, 1.3944334}, {{-0.063420199, 0.317101,
      -0.2536808, 0.079681907, -0.39840954, 0.31872763}, {0.30124595, -0.26953585, -0.0317101, 0.15936381,
      0.039840954, -0.19920477}})
    assert.is_true(torch.allclose(z():var(false), z():var(nil, 0)))
  end)
end)

describe("a layer of complex numbers", function()
  it("linear is a product and a sum", function()
    local x = z()
    local w = complex({{0, 2, 1, 0.5, 0, 2}, {1, 0, 1, 0, -1, 0}}, 2, 3):requires_grad_()
    local b = complex({{1, -2}, {1, 0}}, 2):requires_grad_()
    local y = F.linear(x, w, b)
    y:abs():sum():backward()
    same(y.data, {{4.75, -2.5, -1.5, 0}, {0.25, -1.5, 1, 0.25}}, "y.data")
    same(x.grad, {{-0.37618763, 2.5117314, -0.66380919, 0.5547002, -2.6641006, -0.2773501}, {-1.2558657,
      -0.75237526, -1.9750505, 1.3320503, 1.1094004, 3.3867505}}, "x.grad")
    same(w.grad, {{1.3810856, 4.6073952, -1.3736108, -1.3864844, -2.057983, -1.1286239}, {-1.5286517, 0.046893936,
      -0.52700456, 1.2004901, -4.4009802, 1.2143732}}, "w.grad")
    same(b.grad, {{0.16656753, -0.85749293}, {0.60725903, 0.48550424}}, "b.grad")
    local layer = torch.nn.Linear(3, 2, {dtype = "complex64"})
    assert.equal(torch.complex64, layer(z():to("complex64")).dtype)
  end)
  it("conv2d is four convolutions of the parts", function()
    local a, k = torch.arange(18):double(), torch.arange(8):double()
    local x = torch.complex(a / 10, a % 5):reshape(1, 2, 3, 3):requires_grad_()
    local w = torch.complex(k % 3, k / 4):reshape(1, 2, 2, 2):requires_grad_()
    local b = complex({{1}, {-1}}, 1):requires_grad_()
    local y = F.conv2d(x, w, b, {padding = 1, stride = 2})
    y:abs():sum():backward()
    same(y.data, {{-5.1, -1.45, 1.2, -7.55}, {4.575, 5.625, 10.65, 25.5}}, "y.data")
    same(x.grad, {{0.50081569, -0.015063136, 0.72625835, 0.3603955, 0, -0.044182534, 0.7452839, -0.088365068,
      0.71914125, 0.42418815, 1.4525167, 1.4449851, 1.4660749, 0.67495871, 0.63077618, 1.8509633, 1.4382825,
      1.3941}, {0.55828634, 2.0614978, 0.18721326, 0.96571998, 0, 1.0298291, -0.083975651, 2.0596581, 0.21292221,
      1.9704224, 0.37442653, 1.4051754, 1.8474643, 1.2427513, 2.2725803, 0.79776868, 0.42584442, 1.4556735}},
      "x.grad")
    same(w.grad, {{3.7218615, 2.8727777, 2.6623653, 5.5971057, 2.5074998, 5.55975, 0.25500326, 4.297876},
      {1.5191271, 0.44163845, 1.5854432, 2.7959367, 2.0982003, 3.4465013, 2.7864087, 8.5817165}}, "w.grad")
    same(b.grad, {{-1.1659282}, {3.5886656}}, "b.grad")
    local g = torch.autograd.grad(F.conv2d(x, w, b):abs():sum(), {x, w, b}, nil, {create_graph = true})
    g[1]:abs():sum():backward() -- the gradients of the gradients are there
    assert.is_true(torch.isfinite(w.grad.real):all():item())
  end)
end)

describe("clip_grad_norm_", function()
  it("takes the sizes of complex gradients", function()
    for norm_type, want in pairs {
      [2] = {4.6165463, {{0.2166121, 0.64983629, 0, 0, -0.4332242, 0.2166121},
        {0.4332242, -0.2166121, 0.054153024, 0.10830605, 0, -0.2166121}}},
      [math.huge] = {3.1622777, {{0.31622767, 0.948683, 0, 0, -0.63245533, 0.31622767},
        {0.63245533, -0.31622767, 0.079056917, 0.15811383, 0, -0.31622767}}}
    } do
      local x = z()
      x.grad = z().data
      local norm = torch.nn.utils.clip_grad_norm_({x}, 1, {norm_type = norm_type})
      assert.is_false(torch.is_complex(norm))
      assert.is_true(math.abs(norm:item() - want[1]) < 1e-6)
      same(x.grad, want[2], "clipped")
    end
  end)
end)

describe("random complex numbers", function()
  it("have parts that are drawn", function()
    torch.manual_seed(3)
    local x = torch.zeros(20000, {dtype = "complex64"})
    x:normal_(1, 2)
    assert.is_true((x:mean() - torch.complex(1, 1)):abs():item() < 0.1)
    assert.is_true(math.abs(x:std():item() - 2) < 0.05)
    assert.is_true(math.abs(x.real:std():item() - math.sqrt(2)) < 0.05)
    x:uniform_(0, 2)
    for _, part in ipairs {x.real, x.imag} do
      assert.is_true(part:min():item() >= 0 and part:max():item() < 2)
      assert.is_true(math.abs(part:mean():item() - 1) < 0.05)
    end
    local y = torch.normal(0, 1, {5000}, {dtype = "complex128"})
    assert.is_true(math.abs(y:std():item() - 1) < 0.05)
    local part = torch.zeros(10, 2, {dtype = "complex64"})
    part:select(2, 1):normal_() -- a part of a larger tensor, which does not lie in one piece
    assert.is_true(part:select(2, 2):eq(0):all():item() and part:select(2, 1):ne(0):all():item())
  end)
end)

describe("an empty tensor of pairs", function()
  it("is complex whatever its strides are, so gradients of empty complex tensors have a way", function()
    local pairs_of_none = torch.zeros(1):expand({0, 2})
    assert.same({0}, {table.unpack(torch.view_as_complex(pairs_of_none).shape)})
    local x = torch.complex(torch.zeros(0), torch.zeros(0)):requires_grad_()
    torch.view_as_real(torch.sinc(x)):sum():backward()
    assert.same({0}, {table.unpack(x.grad.shape)})
  end)
end)

describe("complex numbers are taken, with gradients, by", function()
  local function numbers(re, im) return complex({re, im}, 3) end
  local function check(f, re, im, g_re, g_im)
    local leaf = numbers({1, -0.5, 0}, {2, 0.25, 0}):requires_grad_()
    local y = f(leaf)
    local function close(got, want)
      assert.is_true(torch.allclose(got:reshape(-1), torch.tensor(want, {dtype = "float64"}), 1e-6, 1e-7),
        tostring(got))
    end
    close(torch.real(y.data), re)
    if y:is_complex() then close(torch.imag(y.data), im) end
    local parts = y:is_complex() and torch.view_as_real(y) or y
    parts:sum():backward()
    close(leaf.grad.real, g_re)
    close(leaf.grad.imag, g_im)
  end
  local other = numbers({0.5, 2, 0}, {-1, 0, 1})
  it("softsign", function()
    check(F.softsign, {0.309016994, -0.320714913, 0}, {0.618033989, 0.160357457, 0},
      {0.180901699, 0.549430785, 1}, {0.0527864045, 0.687429347, 1})
  end)
  it("tanhshrink", function()
    check(F.tanhshrink, {-0.166736257, -0.014512719, 0}, {2.2434582, 0.05194455, 0},
      {0.733898577, 0.004165135, 0}, {1.87010462, 0.388778743, 0})
  end)
  it("sinc", function()
    check(torch.sinc, {-34.0903387, 0.67461787, 1}, {-17.0451693, 0.337308935, 0},
      {56.9583862, 1.19399327, 0}, {-136.78482, 1.81496316, 0})
  end)
  it("ldexp", function()
    check(function(x) return torch.ldexp(x, torch.tensor({1, 2, 3})) end, {2, -2, 0}, {4, 1, 0}, {2, 4, 8}, {2, 4, 8})
  end)
  it("logaddexp", function()
    check(function(x) return torch.logaddexp(x, other) end, {0.104993014, 2.07670562, 0.56256294},
      {1.78895915, 0.0188097587, 0.5}, {2.9057205, 0.0914212409, 0.226848755}, {1.88038844, 0.0565815106, 0.773151245})
  end)
  it("logsumexp", function()
    check(function(x) return torch.logsumexp(x, 1) end, {0.978786707}, {1.39841739},
      {1.42019871, -0.114454981, -0.305743732}, {0.264035091, 0.301313264, 0.434651645})
  end)
  it("l1_loss", function()
    check(function(x) return F.l1_loss(x, other) end, {2.18461672}, nil, {0.0547996624, -0.331679063, 0},
      {0.328797975, 0.0331679063, -0.333333333})
  end)
  it("scatter_reduce's mean", function()
    local out = torch.scatter_reduce(other, 1, torch.tensor({1, 1, 3}), numbers({1, -0.5, 0}, {2, 0.25, 0}), "mean")
    same(out, {{1 / 3, 2, 0}, {1.25 / 3, 0, 0.5}}, "scatter_reduce")
  end)
  it("scatter_reduce's prod", function()
    local z = numbers({2, -0.5, 1}, {1, 0.25, -1}):requires_grad_(true)
    local function product(x, src)
      return torch.scatter_reduce(x, 1, torch.tensor({1, 1, 3}), src, "prod", {include_self = false})
    end
    same(product(other, z), {{2 * -0.5 - 0.25, torch.real(other)[2]:item(), 1},
      {2 * 0.25 - 0.5, torch.imag(other)[2]:item(), -1}}, "scatter_reduce")
    assert.is_true(torch.autograd.gradcheck(product, {other:detach():requires_grad_(true), z}))
    assert.error_matches(function() torch.scatter_reduce(other, 1, torch.tensor({1, 1, 3}), z, "amax") end,
      "scatter_reduce: 'input' %(argument 1%): expected real numbers, which have an order, got complex128 %(3%)")
  end)
  it("logcumsumexp", function()
    local z = complex({{1, 2, 0.5, 1}, {5, 6, -4, 9}}, 4):requires_grad_(true)
    local function run(x) return torch.logcumsumexp(x, 1) end
    same(run(z), {{1, 2.21357008, 2.02848780, 1.58680120}, {5, 5.74728862, 5.81607744, 5.79254249}}, "logcumsumexp")
    assert.is_true(torch.autograd.gradcheck(run, {z}) and torch.autograd.gradgradcheck(run, {z}))
    local far = run(complex({{-math.huge, 1000, 1000, math.huge}, {1, 0.25, 0.25, 2}}, 4))
    same(far, {{-math.huge, 1000, 1000 + math.log(2), math.huge}, {0, 0.25, 0.25, 2}}, "logcumsumexp")
  end)
  it("linspace and logspace", function()
    local low, high = torch.complex(1, 1):item(), torch.complex(3, -2):item()
    local x = torch.linspace(low, high, 4)
    assert.equal("torch.complex64", tostring(x.dtype))
    same(x, {{1, 5 / 3, 7 / 3, 3}, {1, 0, -1, -2}}, "linspace")
    same(torch.linspace(1, 3, 3, {dtype = "complex128"}), {{1, 2, 3}, {0, 0, 0}}, "linspace")
    same(torch.logspace(0, torch.complex(1, 1):item(), 3),
      {{1, 1.28801881, -6.68201510}, {0, 2.88808025, 7.43980337}}, "logspace")
    same(torch.logspace(0, 2, 3, {dtype = "complex64"}), {{1, 10, 100}, {0, 0, 0}}, "logspace")
  end)
end)
