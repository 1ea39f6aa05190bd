-- What a node keeps for its gradient: only what the wanted gradients read, as it was before the op. Every case is
-- checked against finite differences.
local F = torch.nn.functional

-- The gradient of f, a scalar, at a fixed 4 × 3 float64 point, and by central differences.
local function check(f)
  local function at(shift)
    local x = torch.linspace(0.5, 1.6, 12, {dtype = "float64"}):reshape(4, 3)
    return (shift and x + shift or x):requires_grad_(true)
  end
  local x = at()
  f(x):backward()
  local analytic = x.grad:reshape(-1):tolist()
  for k = 1, 12 do
    local shift = torch.zeros(12, {dtype = "float64"})
    shift[k] = 1e-6
    shift = shift:reshape(4, 3)
    local numeric = (f(at(shift)):item() - f(at(-shift)):item()) / 2e-6
    assert.near(numeric, analytic[k], 1e-6 * math.max(1, math.abs(numeric)))
  end
end

describe("operands that no wanted gradient reads may change afterwards", function()
  local constant = torch.linspace(1, 2, 12, {dtype = "float64"}):reshape(4, 3)
  for name, f in pairs {
    ["products with numbers"] = function(h) return h * 2 end,
    ["quotients by numbers"] = function(h) return h / 1.5 end,
    ["products with constants"] = function(h) return h * constant end,
    ["quotients by constants"] = function(h) return h / constant end,
    ["addcmul"] = function(h) return h:addcmul(constant, constant) end,
    ["lerp by a number"] = function(h) return h:lerp(constant, 0.3) end,
    ["matrix products"] = function(h) return h:matmul(constant:t()) end,
    ["addmm"] = function(h) return torch.addmm(h, constant:matmul(constant:t()), constant) end,
    ["addmm, the product"] = function(h) return torch.addmm(constant, constant:matmul(constant:t()), h) end,
    ["linear"] = function(h) return F.linear(h, constant) end,
    ["conv2d"] = function(h) return F.conv2d(h:reshape(1, 1, 4, 3), constant:reshape(1, 1, 4, 3)) end,
    ["as_strided"] = function(h) return h:as_strided({2, 2}, {3, 1}) end,
    ["where"] = function(h) return torch.where(constant:gt(1.5), h, constant) end,
  } do
    it(name, function()
      check(function(x)
        local h = x * 3
        local y = f(h)
        h:add_(1)
        return y:sum() + h:sum()
      end)
    end)
  end

  it("a weight that an optimizer changed where its input wants no gradient", function()
    local x, w = torch.ones(2, 3), torch.ones(3, 2, {requires_grad = true})
    local y = x:matmul(w)
    torch.no_grad(function() w:mul_(5) end)
    y:sum():backward()
    assert.are.same({{2, 2}, {2, 2}, {2, 2}}, w.grad:tolist())
  end)

  it("an operand that is needed and changed is still an error", function()
    local x, w = torch.ones(3, {requires_grad = true}), torch.ones(3)
    local y = x * w
    w:mul_(5)
    assert.error_matches(function() y:sum():backward() end, "needs was changed in place")
  end)

  it("a frozen layer keeps nothing of its input, nor a chain of products with constants its results", function()
    local w, numel = torch.ones(1000, 1000), 1000 * 1000
    local function held(f)
      local x = torch.ones(1000, 1000, {requires_grad = true})
      collectgarbage()
      local before = torch._C.memory().bytes
      local y = f(x)
      collectgarbage()
      local bytes = torch._C.memory().bytes - before
      y:sum():backward()
      return bytes / (4 * numel)
    end
    assert.near(1, held(function(x) return F.linear(F.linear(x, w), w) end), 0.1)
    assert.near(1, held(function(x) return ((x * w) * 2 / w - w) * w end), 0.1)
  end)
end)

describe("changes in place through views train", function()
  for name, f in pairs {
    ["rows written in a loop"] = function(x)
      local out = torch.zeros(12, {dtype = "float64"}):view(4, 3)
      for i = 1, 4 do out[i] = x[i] * i end
      return (out * out):sum()
    end,
    ["elements of a row handle"] = function(x)
      local y = torch.zeros(2, 3, {dtype = "float64"})
      local r = y[1]
      for i = 1, 3 do r[i] = x[2][i] end
      return (y * y):sum()
    end,
    ["activations through a slice and a transpose"] = function(x)
      local h = x * 1.1
      h:narrow(1, 1, 2):mul_(2)
      h:t():add_(1)
      h:reshape(-1):exp_()
      return (h * h):sum()
    end,
    ["a tensor times itself"] = function(x)
      local h = x * 3 + 1
      h:mul_(h)
      return h:sum()
    end,
    ["a view times its base"] = function(x)
      local h = x * 3 + 1
      h:view(3, 4):mul_(h:view(3, 4))
      return (h * h):sum()
    end,
    ["a view added to its base, and used afterwards"] = function(x)
      local h = x * 2
      local v = h:narrow(1, 1, 4)
      h:add_(v)
      return (v * v):sum() + h:sum()
    end,
    ["two views of one tensor, one added to the other"] = function(x)
      local h = x * 2
      local a, b = h:unsqueeze(1), h:unsqueeze(1)
      a:add_(b)
      return (a * a):sum() + (b * h):sum()
    end,
    ["a result that lies transposed"] = function(x)
      local h = x:t() + 1
      local v = h:unsqueeze(1)
      h[1]:mul_(2)
      v:tanh_()
      return (h * h):sum() + v:sum()
    end,
  } do
    it(name, function() check(f) end)
  end

  it("twice differentiable where the base lies transposed", function()
    local x = torch.linspace(0.5, 1.6, 6, {dtype = "float64"}):reshape(2, 3):requires_grad_(true)
    assert.is_true(torch.autograd.gradgradcheck(function(a)
      local h = a:t() * 2
      h:narrow(1, 1, 2):tanh_()
      return h
    end, {x}))
  end)
end)
