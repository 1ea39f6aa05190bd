-- Numbers and other operands beside tensors: which dtype formulas and losses compute in.
describe("numbers beside tensors of float64 in formulas", function()
  local F, special = nn.functional, torch.special
  local f64 = {dtype = "float64"}
  local function double(c) return torch.tensor(c, f64) end
  -- The value and the gradient where c and d are Lua numbers, and where they are tensors of float64.
  local function both(f, c, d)
    local function run(number)
      local x = torch.tensor({0.7, 0.4}, {dtype = "float64", requires_grad = true})
      local y = f(x, number(c), number(d))
      local g = torch.autograd.grad(y:sum(), x, nil, {create_graph = true})
      return torch.cat({y:reshape(-1), g, torch.autograd.grad(g:square():sum(), x)}):detach()
    end
    return run(function(c) return c end), run(double)
  end

  it("are not rounded to the default dtype in gradients, the first and the second", function()
    for name, f in pairs {
      pow = function(x, c) return x:pow(c) end, base = function(x, c) return torch.pow(c, x) end,
      xlogy = function(x, c) return torch.xlogy(x * x, c) end,
      xlog1py = function(x, c) return special.xlog1py(x * x, c) end,
      zeta = function(x, c, d) return special.zeta(c + 1 + d, x) end,
      addcmul = function(x, c, d) return torch.addcmul(c, d, x * x, {value = 0.7}) end,
      addcdiv = function(x, c, d) return torch.addcdiv(c, x * x, d, {value = 0.7}) end,
      lerp = function(x, c, d) return torch.lerp(c, d, x * x) end
    } do
      for _, c in ipairs {1 / 3, 3} do
        local got, want = both(f, c, 0.1)
        assert(torch.allclose(got, want, {rtol = 1e-14, atol = 1e-14}), ("%s of %s: %s"):format(name, c, got - want))
      end
    end
    local x = torch.tensor(0.7, {dtype = "float64", requires_grad = true})
    torch.pow(2, x):backward()
    assert.near(2 ^ 0.7 * math.log(2), x.grad:item(), 1e-15)
  end)

  it("are not rounded in complex gradients", function()
    local z = torch.complex(double {0.7}, double {0.2}):requires_grad_()
    torch.real(z:pow(1 / 3)):sum():backward()
    local want = z:detach():pow(double(1 / 3) - 1):conj() / 3
    assert.is_true((z.grad - want):abs():item() < 1e-15)
  end)

  it("are not rounded in what losses make of them", function()
    for name, f in pairs {
      gaussian = function(x, c, d) return F.gaussian_nll_loss(x, c, d, {full = true}) end,
      poisson = function(x, c) return F.poisson_nll_loss(c, x, {full = true}) end,
      cosine = function(x, c) return F.cosine_embedding_loss(x, c, 1) end
    } do
      local got, want = both(f, 0.3, 0.1)
      assert(torch.allclose(got, want, {rtol = 1e-14, atol = 1e-14}), ("%s: %s"):format(name, got - want))
    end
  end)

  it("are not rounded where they are tensors of integers", function()
    local n = torch.tensor {3, 5}
    for name, f in pairs {
      pow = function(x, c) return torch.pow(c, x) end, xlogy = function(x, c) return torch.xlogy(x * x, c) end,
      xlog1py = function(x, c) return special.xlog1py(x * x, c) end,
      igamma = function(x, c) return torch.igamma(c, x) end
    } do
      local function gradient(c)
        local x = torch.tensor({0.7, 0.4}, {dtype = "float64", requires_grad = true})
        return torch.autograd.grad(f(x, c):sum(), x)
      end
      local got, want = gradient(n), gradient(n:double())
      assert(torch.allclose(got, want, {rtol = 1e-14, atol = 1e-14}), ("%s: %s"):format(name, got - want))
    end
  end)

  it("are of the default dtype where there is nothing else", function()
    assert.equal(torch.float32, torch.where(torch.tensor({true, false}), 1, 0.5).dtype)
    assert.equal(torch.float32, torch.add(1, 0.5).dtype)
  end)
end)

describe("a loss of halves", function()
  it("and a number is a half", function()
    local x = torch.tensor({0.7, 0.4}, {dtype = "float16"})
    assert.equal(torch.float16, nn.functional.gaussian_nll_loss(x, x * 2, 0.3).dtype)
    assert.equal(torch.float16, nn.functional.poisson_nll_loss(x, 0.5).dtype)
  end)
end)
