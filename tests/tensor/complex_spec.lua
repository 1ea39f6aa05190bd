-- Complex numbers: values of ops beside the formulas they stand for, gradients beside differences, and
-- how they are made, read, printed, indexed and kept in files.
local torch = require "torch"

local function complex(re, im, dtype)
  return torch.complex(torch.tensor(re, {dtype = dtype or "float64"}), torch.tensor(im, {dtype = dtype or "float64"}))
end

--- Compares the parts with those given.
local function parts(z, re, im, tolerance)
  assert.is_true(torch.is_complex(z))
  for name, want in pairs {real = re, imag = im} do
    want = torch.tensor(want, {dtype = "float64"})
    assert.same(want.shape, z.shape)
    assert.is_true(torch.allclose(z[name]:double(), want, tolerance or 1e-12, tolerance or 1e-12),
      name .. ": " .. tostring(z))
  end
end

local z = complex({0.5, -1.25, 2.0, 0.75}, {1.5, 0.25, -0.5, -2.0})
local w = complex({-0.75, 1.5, 0.25, 1.0}, {0.5, 0.75, -1.25, 2.0})

describe("complex tensors", function()
  it("are made of parts, of numbers and of size and angle", function()
    assert.equal(torch.complex128, z.dtype)
    assert.equal(torch.complex64, torch.complex(torch.ones(2), torch.ones(2)).dtype)
    assert.equal(torch.complex64, torch.complex(1, 2).dtype)
    parts(torch.complex(torch.ones(2, 1, {dtype = "float64"}), torch.zeros(3, {dtype = "float64"})),
      {{1, 1, 1}, {1, 1, 1}}, {{0, 0, 0}, {0, 0, 0}})
    parts(torch.polar(torch.tensor({2.0}, {dtype = "float64"}), torch.tensor({math.pi / 2}, {dtype = "float64"})),
      {0.0}, {2.0})
    assert.error_matches(function() torch.complex(torch.ones(1), torch.ones(1):double()) end,
      "^complex: 'imag' %(argument 2%): expected floats of one dtype, got float32 and float64$")
    assert.error_matches(function() torch.complex(torch.arange(2), torch.arange(2)) end,
      "complex: 'real' %(argument 1%)")
    parts(torch.tensor({torch.complex(1, 2):item(), 3}), {1, 3}, {2, 0})
    parts(torch.zeros(2, {dtype = "complex128"}), {0, 0}, {0, 0})
    parts(torch.full({2}, torch.complex(1, -1):item()), {1, 1}, {-1, -1})
    parts(torch.ones(2, {dtype = torch.cdouble}), {1, 1}, {0, 0})
  end)

  it("give values that are numbers of their own", function()
    local v = z[1]:item()
    assert.equal(0.5, v.real)
    assert.equal(1.5, v.imag)
    assert.equal("(0.5+1.5j)", tostring(v))
    assert.equal("2j", tostring(torch.complex(0, 2):item()))
    assert.equal("(1-2j)", tostring(torch.complex(1, -2):item()))
    assert.is_true(v == z[1]:item())
    assert.is_false(v == z[2]:item())
    assert.equal("(1.5+1.5j)", tostring(v + 1))
    assert.equal("(-2.25+1.5j)", tostring(v * v - 0.25))
    assert.is_true(((1 / v) * v - 1):abs() < 1e-15)
    assert.equal("(-0.5-1.5j)", tostring(-v))
    assert.equal(5, torch.complex(3, 4):item():abs())
    assert.equal("(0.5-1.5j)", tostring(v:conj()))
    assert.is_true((v ^ 2):eq(v * v))
    parts(z * v, {-2.0, -1.0, 1.75, 3.375}, {1.5, -1.75, 2.75, 0.125})
    parts(v * z, {-2.0, -1.0, 1.75, 3.375}, {1.5, -1.75, 2.75, 0.125})
    assert.same({-1.25, 0.25}, {z:tolist()[2].real, z:tolist()[2].imag})
  end)

  it("print as PyTorch prints them, with Lua's braces", function()
    assert.equal("tensor({1.+2.j, 3.-4.j})", tostring(complex({1, 3}, {2, -4}, "float32")))
    assert.equal("tensor({ 0.5000+1.5000j, -1.2500+0.2500j,  2.0000-0.5000j,  0.7500-2.0000j},\n" ..
      "       dtype=torch.complex128)",
      tostring(z))
    assert.equal("tensor(1.+nanj)", tostring(torch.complex(1, 0 / 0)))
  end)

  it("promote as in PyTorch", function()
    local single = torch.complex(1, 2)
    assert.equal(torch.complex64, (torch.ones(2) + single).dtype)
    assert.equal(torch.complex64, (torch.arange(2) + single:item()).dtype)
    assert.equal(torch.complex128, (torch.ones(2):double() + single:item()).dtype)
    assert.equal(torch.complex128, (torch.ones(2):double() * torch.complex(torch.ones(2), torch.ones(2))).dtype)
    assert.equal(torch.complex64, (torch.ones(2) * z[1]).dtype)
    assert.error_matches(function() torch.ones(2):add_(single) end,
      "add_: the result is complex64 and cannot be stored in a tensor of float32")
  end)

  it("are conjugated at once", function()
    local x = z:conj()
    assert.is_true(rawequal(x, x:resolve_conj()))
    assert.is_false(x:is_conj())
    parts(torch.complex(1, 2).mH, 1, -2)
    parts(torch.complex(1, 2).H, 1, -2)
    assert.error_matches(function() return z.mH end, "^mH: expected matrices or a number, got 1 dimension$")
  end)

  it("are shown by their parts, which are views", function()
    local x = complex({1, 2}, {3, 4})
    x.imag[1] = 7
    x.real:mul_(2)
    parts(x, {2, 4}, {7, 4})
    assert.equal(torch.float64, x.real.dtype)
    assert.same({{2.0, 7.0}, {4.0, 4.0}}, torch.view_as_real(x):tolist())
    parts(torch.view_as_complex(torch.tensor({{1.0, 2.0}, {3.0, 4.0}})), {1, 3}, {2, 4})
    parts(x:t().real:cfloat(), {2, 4}, {0, 0})
    assert.error_matches(function() torch.view_as_complex(torch.ones(2, 3)) end, "expected a last dimension of 2")
    assert.error_matches(function() return torch.ones(1).imag end,
      "imag: 'input' %(argument 1%): expected complex numbers")
    assert.is_true(torch.equal(torch.ones(1).real, torch.ones(1)))
  end)
end)

describe("ops of complex numbers", function()
  it("are those of the formulas", function()
    parts(z + w, {-0.25, 0.25, 2.25, 1.75}, {2.0, 1.0, -1.75, 0.0})
    parts(z:sub(w, {alpha = 2}), {2.0, -4.25, 1.5, -1.25}, {0.5, -1.25, 2.0, -6.0})
    parts(z * w, {-1.125, -2.0625, -0.125, 4.75}, {-0.875, -0.5625, -2.625, -0.5})
    parts(z / w * w, {0.5, -1.25, 2.0, 0.75}, {1.5, 0.25, -0.5, -2.0})
    parts(z:reciprocal() * z, {1, 1, 1, 1}, {0, 0, 0, 0})
    parts(z:sqrt():square(), {0.5, -1.25, 2.0, 0.75}, {1.5, 0.25, -0.5, -2.0})
    parts(z:log():exp(), {0.5, -1.25, 2.0, 0.75}, {1.5, 0.25, -0.5, -2.0})
    parts(z:sin():square() + z:cos():square(), {1, 1, 1, 1}, {0, 0, 0, 0})
    parts(z:tanh() - z:sinh() / z:cosh(), {0, 0, 0, 0}, {0, 0, 0, 0})
    parts(z:pow(3) - z * z * z, {0, 0, 0, 0}, {0, 0, 0, 0}, 1e-11)
    parts(z:conj(), {0.5, -1.25, 2.0, 0.75}, {-1.5, -0.25, 0.5, 2.0})
    parts(z:asin():sin() - z, {0, 0, 0, 0}, {0, 0, 0, 0}, 1e-11)
    parts(z:exp2() - (z * math.log(2)):exp(), {0, 0, 0, 0}, {0, 0, 0, 0})
    parts(z:sigmoid() - 1 / (1 + (-z):exp()), {0, 0, 0, 0}, {0, 0, 0, 0})
    local size = (z.real ^ 2 + z.imag ^ 2):sqrt()
    assert.is_true(torch.allclose(z:abs(), size))
    assert.equal(torch.float64, z:abs().dtype)
    assert.is_true(torch.allclose(z:angle(), torch.atan2(z.imag, z.real)))
    parts(z:sgn() * size, {0.5, -1.25, 2.0, 0.75}, {1.5, 0.25, -0.5, -2.0})
    assert.same({true, false}, torch.isreal(complex({1, 1}, {0, 1})):tolist())
    assert.same({true, false}, z[{{1, 2}}]:eq(complex({0.5, -1.25}, {1.5, 0})):tolist())
    parts(torch.where(torch.tensor({true, false, true, false}), z, w), {0.5, 1.5, 2.0, 1.0}, {1.5, 0.75, -0.5, 2.0})
    assert.is_true(torch.equal(z, z:clone()))
  end)

  it("whose result is real do not work in place", function()
    assert.error_matches(function() z:clone():abs_() end,
      "^abs_: the result is real and does not go into a tensor of complex128$")
  end)

  it("of order are not there", function()
    for _, name in ipairs {"lt", "maximum", "floor", "sign"} do
      assert.error_matches(function() z[name](z, z) end, name .. ": ")
    end
    assert.error_matches(function() z:lt(z) end, "lt: not defined for tensors of dtype complex128")
  end)

  it("work across strides, broadcasting and in place", function()
    local m = z:reshape(2, 2)
    parts(m:t() + m[1], {{1.0, 0.75}, {-0.75, -0.5}}, {{3.0, -0.25}, {1.75, -1.75}})
    local x = z:clone()
    x:mul_(2):add_(1)
    parts(x, {2.0, -1.5, 5.0, 2.5}, {3.0, 0.5, -1.0, -4.0})
    x[1] = 5
    x[2] = torch.complex(0, 1):item()
    parts(x, {5, 0, 5.0, 2.5}, {0, 1, -1.0, -4.0})
    local big = torch.complex(torch.randn(1000), torch.randn(1000))
    parts((big + big) - big * 2, torch.zeros(1000):tolist(), torch.zeros(1000):tolist())
  end)
end)

describe("sums and products of complex numbers", function()
  it("sum, average and multiply over any dimensions", function()
    local m = z:reshape(2, 2)
    parts(m:sum(), 2.0, -0.75)
    parts(m:sum(1), {2.5, -0.5}, {1.0, -1.75})
    parts(m:t():sum(2, true), {{2.5}, {-0.5}}, {{1.0}, {-1.75}})
    parts(m:mean(2), {-0.375, 1.375}, {0.875, -1.25})
    parts(m:prod(2) - m[{{}, 1}] * m[{{}, 2}], {0, 0}, {0, 0})
    parts(z:cumsum(1), {0.5, -0.75, 1.25, 2.0}, {1.5, 1.75, 1.25, -0.75})
    assert.equal(torch.complex64, torch.complex(torch.ones(3), torch.ones(3)):sum().dtype)
    parts(torch.ones(3):sum({dtype = "complex128"}), 3, 0)
    assert.is_true(z:any():item())
    assert.is_false((z * 0):any():item())
    assert.same({true, false}, torch.stack({z, z * 0}):all(2):tolist())
    local big = torch.complex(torch.ones(100000), torch.ones(100000) * 2)
    parts(big:sum(), 100000, 200000)
  end)

  it("multiply matrices", function()
    local function product(a, b)
      local r = a.real:mm(b.real) - a.imag:mm(b.imag)
      local i = a.real:mm(b.imag) + a.imag:mm(b.real)
      return r:tolist(), i:tolist()
    end
    torch.manual_seed(1)
    for _, n in ipairs {1, 3, 40} do
      local a, b = torch.randn(n, 5, {dtype = "complex128"}), torch.randn(5, n, {dtype = "complex128"})
      local r, i = product(a, b)
      parts(a:mm(b), r, i)
      parts(b:t():mm(a:t()):t(), r, i)
      parts(torch.matmul(torch.stack({a, a}), b)[2], r, i)
      parts(torch.addmm(torch.zeros(n, n, {dtype = "complex128"}), a, b, {alpha = 2}) / 2, r, i)
    end
    parts(torch.dot(z, w) - (z * w):sum(), 0, 0)
    parts(torch.randn(2, 3, {dtype = "complex64"}).mH:conj():double():cdouble() * 0, torch.zeros(3, 2):tolist(),
      torch.zeros(3, 2):tolist())
  end)

  it("are moved by position", function()
    local x = z:clone()
    parts(x[torch.tensor {3, 1}], {2.0, 0.5}, {-0.5, 1.5})
    parts(x[x.real:gt(0.6)], {2.0, 0.75}, {-0.5, -2.0})
    parts(torch.cat({x[{{1, 2}}], w[{{1, 1}}]}), {0.5, -1.25, -0.75}, {1.5, 0.25, 0.5})
    parts(x:gather(1, torch.tensor {2, 2}), {-1.25, -1.25}, {0.25, 0.25})
    parts(torch.zeros(2, {dtype = "complex128"}):index_add(1, torch.tensor {1, 1, 2, 2}, z), {-0.75, 2.75},
      {1.75, -2.5})
    assert.same({{1}, {3}}, torch.nonzero(complex({1, 0, 0}, {0, 0, 1})):tolist())
    x[torch.tensor {1, 2}] = torch.complex(0, 9):item()
    parts(x, {0, 0, 2.0, 0.75}, {9, 9, -0.5, -2.0})
  end)

  it("are drawn with variance 1", function()
    torch.manual_seed(3)
    local x = torch.randn(20000, {dtype = "complex64"})
    assert.is_true(math.abs(x:abs():square():mean():item() - 1) < 0.05)
    assert.is_true(torch.rand(4, {dtype = "complex64"}).imag:gt(0):all():item())
  end)

  it("are saved and loaded", function()
    local path = os.tmpname()
    torch.save({single = z:cfloat(), double = z, list = {w[1]}}, path)
    local back = torch.load(path)
    os.remove(path)
    assert.equal(torch.complex64, back.single.dtype)
    assert.is_true(torch.equal(z, back.double))
    assert.is_true(torch.equal(w[1], back.list[1]))
  end)
end)

--- The gradient of a real function of complex (or real) tensors by central differences of the parts.
local function differences(f, inputs, k)
  local eps = 1e-6
  local x = inputs[k]
  local flat = torch.is_complex(x) and torch.view_as_real(x.data):reshape(-1) or x.data:reshape(-1)
  local out = torch.zeros(flat:numel(), {dtype = "float64"})
  for i = 1, flat:numel() do
    local function at(step)
      local moved = flat:clone()
      moved[i] = moved[i] + step
      local y = torch.is_complex(x) and torch.view_as_complex(moved:reshape(-1, 2)):reshape(x.shape)
        or moved:reshape(x.shape)
      local list = {table.unpack(inputs)}
      list[k] = y
      return f(table.unpack(list)):item()
    end
    out[i] = (at(eps) - at(-eps)) / (2 * eps)
  end
  return torch.is_complex(x) and torch.view_as_complex(out:reshape(-1, 2)):reshape(x.shape) or out:reshape(x.shape)
end

--- Checks the gradients of op(...) through a loss that depends on both parts of the result.
local function check(name, op, ...)
  local inputs = {...}
  local function loss(...)
    local y = op(...)
    local function weighted(part, k)
      return (part * ((torch.arange(part:numel()):double() * 0.7 + k):sin() + 0.5):reshape(part.shape)):sum()
    end
    if torch.is_complex(y) then return weighted(y.real, 1) + weighted(y.imag, 2) end
    return weighted(y, 3)
  end
  local leaves = {}
  for i, x in ipairs(inputs) do leaves[i] = x:clone():requires_grad_() end
  loss(table.unpack(leaves)):backward()
  for i, x in ipairs(leaves) do
    local want = torch.no_grad(function() return differences(loss, inputs, i) end)
    assert.is_not_nil(x.grad, name)
    assert.equal(x.dtype, x.grad.dtype, name)
    local off = (x.grad - want):abs():max():item()
    assert.is_true(off < 1e-5, ("%s: the gradient of input %d is off by %g"):format(name, i, off))
  end
end

describe("gradients of complex numbers", function()
  for _, name in ipairs {"exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal",
    "sin", "cos", "tan", "asin",
    "acos", "atan", "sinh", "cosh", "tanh", "sigmoid", "square", "neg", "abs", "angle", "sgn", "conj",
    "conj_physical", "clone"} do
    it("of " .. name, function() check(name, torch[name], z) end)
  end
  for _, name in ipairs {"add", "sub", "mul", "div", "pow"} do
    it("of " .. name, function()
      check(name, torch[name], z, w)
      check(name, torch[name], z, torch.tensor({1.5, 0.5, 2.0, -1.0}, {dtype = "float64"}))
      check(name, torch[name], torch.tensor({1.5, 0.5, 2.0, 1.0}, {dtype = "float64"}), w)
    end)
  end
  it("of parts, views and selections", function()
    check("real", torch.real, z)
    check("imag", torch.imag, z)
    check("view_as_real", torch.view_as_real, z)
    check("view_as_complex", torch.view_as_complex, torch.tensor({{1.0, 2.0}, {3.0, 4.0}}, {dtype = "float64"}))
    check("complex", torch.complex, torch.tensor({1.0, 2.0}, {dtype = "float64"}),
      torch.tensor({3.0, 4.0}, {dtype = "float64"}))
    check("polar", torch.polar, torch.tensor({1.0, 2.0}, {dtype = "float64"}),
      torch.tensor({3.0, 4.0}, {dtype = "float64"}))
    check("reshape", function(x) return x:reshape(2, 2):t() * x[{{1, 2}}] end, z)
    check("where", function(x, y) return torch.where(torch.tensor({true, false, true, false}), x, y) end, z, w)
    check("double", function(x) return x.real:cdouble() * x end, z)
  end)
  it("of sums, products and selections", function()
    local m, n = z:reshape(2, 2), w:reshape(2, 2)
    check("sum", function(x) return x:sum(1) end, m)
    check("mean", function(x) return x:mean() end, m)
    check("prod", function(x) return x:prod(2) end, m)
    check("cumsum", function(x) return x:cumsum(1) end, m)
    check("mm", torch.mm, m, n)
    check("addmm", function(a, b, c) return torch.addmm(a, b, c, {alpha = torch.complex(1, 2):item()}) end, m, n, m + 1)
    check("index", function(x) return x[torch.tensor {2, 1, 2}] end, z)
    check("cat", function(a, b) return torch.cat({a, b}) end, z, w)
    check("gather", function(x) return x:gather(1, torch.tensor {4, 1}) end, z)
    check("masked_fill", function(x) return x:masked_fill(x.real:gt(0), 2) end, z)
    check("mH", function(x) return x.mH end, m)
  end)
  it("of the second order", function()
    local x = z:clone():requires_grad_()
    local y = (x * x * x).real:sum()
    local g = torch.autograd.grad(y, x, nil, {create_graph = true})
    parts(g.data, (3 * z.conj(z):square()).real:tolist(), (3 * z.conj(z):square()).imag:tolist())
    local h = torch.autograd.grad(g.real:sum(), x)
    parts(h, (6 * z:conj()).real:tolist(), (6 * z:conj()).imag:tolist())
  end)
  it("of the angle and the sign at 0 are 0", function()
    local x = complex({0, 1}, {0, 0}):requires_grad_();
    (x:angle():sum() + x:sgn().real:sum()):backward()
    parts(x.grad, {0, 0}, {0, 1})
  end)
  it("may be asked for when a tensor is made", function()
    assert.is_true(torch.randn(2, {dtype = "complex64", requires_grad = true}).requires_grad)
    assert.is_true(torch.zeros(2, {dtype = "complex128", requires_grad = true}).requires_grad)
  end)
  it("need a real root", function()
    local x = z[1].data:clone():requires_grad_()
    assert.error_matches(function() (x * 2):backward() end,
      "backward: 'gradient' %(argument 1%): needed unless the tensor is real, got complex128")
  end)
  it("change in place by a part of their own", function()
    local z = torch.randn(8000, {dtype = "complex128"})
    local apart, source = z:clone(), z.real:narrow(1, 5000, 2999):clone()
    z:narrow(1, 5001, 2999):mul_(z.real:narrow(1, 5000, 2999))
    apart:narrow(1, 5001, 2999):mul_(source)
    assert.is_true(torch.equal(z, apart))
  end)
end)
