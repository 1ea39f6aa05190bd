-- Samples of torch.distributions. Every test has a seed of its own, so none is random. The bounds are wide: a right
-- sampler passes a test of its moments for all but one of a billion seeds (6 to 8 standard errors), and a test of
-- Kolmogorov and Smirnov or of chi-square for all but one of a million.
package.path = "tests/?.lua;" .. package.path
local recorded = require "recorded_distributions"
local D = torch.distributions
local all = recorded.load()

--- How many elements of |x - t| exceed t.within, as text.
local function beyond(what, x, want, within)
  local target = recorded.tensor(want):double()
  local allowed = torch.is_tensor(within) and within or type(within) == "table" and recorded.tensor(within):double()
    or torch.full_like(target, within)
  local off = (x:double() - target):abs()
  if off:le(allowed):all():item() then return end
  return ("%s %s, expected %s within %s"):format(what, x, target, allowed)
end

describe("20000 samples have the recorded moments and quantiles:", function()
  for name, file in pairs(all) do
    for i, case in ipairs(file.cases) do
      local s = case.sampling
      if s then
        it(("%s, case %d"):format(name, i), function()
          torch.manual_seed(101 + i)
          local x = recorded.make(case, {}, name):sample(s.n):double()
          if s.mean then assert.is_nil(beyond("mean", x:mean(1), s.mean, s.mean_within)) end
          if s.variance then assert.is_nil(beyond("variance", x:var(1), s.variance, s.variance_within)) end
          if s.points then
            local points, below = recorded.tensor(s.points):double(), {}
            for k = 1, s.points.shape[1] do below[k] = x:le(points[k]):double():mean(1) end
            assert.is_nil(beyond("below", torch.stack(below, 1), s.below, s.below_within))
          end
        end)
      end
    end
  end
end)

--- The largest distance of the distribution function of n samples from the right one, times √n: above 2.7 once in a
-- million (2 exp(-2 · 2.7²)).
local function kolmogorov(x, cdf)
  local n = x:numel()
  local sorted = (x:flatten():double():sort())
  local f = cdf(sorted)
  local steps = torch.arange(1, n + 1, {dtype = torch.float64}) / n
  return math.max((steps - f):max():item(), (f - steps + 1 / n):max():item()) * math.sqrt(n)
end

describe("the distribution function of 100000 samples is that of", function()
  local function test(name, d, cdf)
    it(name, function()
      torch.manual_seed(7)
      assert.is_true(kolmogorov(d:sample(100000), cdf or function(x) return d:cdf(x) end) < 2.7)
    end)
  end
  local F64 = {dtype = torch.float64}
  local function t(x) return torch.tensor(x, F64) end
  test("Normal", D.Normal(t(-1), t(3)))
  test("Uniform", D.Uniform(t(-1), t(3)))
  test("Exponential", D.Exponential(t(2.5)))
  test("Laplace", D.Laplace(t(1), t(2)))
  test("Cauchy", D.Cauchy(t(1), t(2)))
  test("HalfCauchy", D.HalfCauchy(t(2)))
  test("Gumbel", D.Gumbel(t(1), t(2)))
  test("Weibull", D.Weibull(t(2), t(1.7)))
  test("Pareto", D.Pareto(t(2), t(1.7)))
  test("Kumaraswamy", D.Kumaraswamy(t(2), t(0.7)))
  test("GeneralizedPareto", D.GeneralizedPareto(t(0), t(2), t(-0.3)))
  for _, a in ipairs {0.02, 0.6, 1, 1.5, 7, 300} do test("Gamma of " .. a, D.Gamma(t(a), t(1))) end
  -- Beta of 1 and b has the distribution function 1 - (1 - x)^b.
  for _, b in ipairs {0.3, 1, 40} do
    test("Beta of 1 and " .. b, D.Beta(t(1), t(b)), function(x) return 1 - (1 - x):pow(b) end)
  end
  -- The density summed over the middles of small steps, and a part of the last step.
  for _, k in ipairs {0.01, 0.8, 6, 90} do
    local d = D.VonMises(t(0.5), t(k))
    test("VonMises of " .. k, d, function(x)
      local n = 20000
      local step = 2 * math.pi / n
      local p = d:log_prob(torch.arange(0, n, F64) * step - math.pi + step / 2):exp() * step
      local at = (x + math.pi) / step
      local whole = at:floor():clamp(0, n - 1)
      local position = whole:long() + 1
      local before = (p:cumsum(1) - p):index_select(1, position)
      return before + p:index_select(1, position) * (at - whole)
    end)
  end
end)

--- Counts of integers beside what the probabilities say, over those expected at least 10 times: chi-square as a normal
-- number (Wilson and Hilferty 1931): above 4.8 once in a million.
local function chi_square(x, d, most)
  local n = x:numel()
  local k = torch.arange(0, most, {dtype = torch.float64})
  local expected = d:log_prob(k):exp() * n
  local found = torch.bincount(x:flatten():long(), nil, most):narrow(1, 1, most):double()
  local counts = expected:ge(10)
  local e, f = expected:masked_select(counts), found:masked_select(counts)
  local rest_e, rest_f = n - e:sum():item(), n - f:sum():item()
  local sum = ((f - e):pow(2) / e):sum():item()
  local freedom = e:numel() - 1
  if rest_e > 5 then sum, freedom = sum + (rest_f - rest_e) ^ 2 / rest_e, freedom + 1 end
  local s = 2 / (9 * freedom)
  return ((sum / freedom) ^ (1 / 3) - (1 - s)) / math.sqrt(s)
end

describe("the counts of 100000 samples are those of", function()
  local function t(x) return torch.tensor(x, {dtype = torch.float64}) end
  local function test(name, d, most)
    it(name, function()
      torch.manual_seed(11)
      assert.is_true(chi_square(d:sample(100000), d, most) < 4.8)
    end)
  end
  for _, rate in ipairs {0.3, 4, 9.99, 10, 30, 1000} do
    test("Poisson of " .. rate, D.Poisson(t(rate)), math.ceil(rate + 12 * math.sqrt(rate) + 12))
  end
  for _, c in ipairs {{5, 0.3}, {20, 0.5}, {20, 0.95}, {100, 0.4}, {1000, 0.01}, {5000, 0.7}} do
    test(("Binomial of %d and %g"):format(c[1], c[2]), D.Binomial(t(c[1]), t(c[2])), c[1] + 1)
  end
  test("Geometric", D.Geometric(t(0.2)), 200)
  test("NegativeBinomial", D.NegativeBinomial(t(3), t(0.6)), 200)
  it("geometric_, which counts from 1", function()
    torch.manual_seed(3)
    local x = torch.empty(100000, {dtype = "float64"}):geometric_(0.2)
    assert.is_true(chi_square(x - 1, D.Geometric(t(0.2)), 200) < 4.8)
    assert.equal(torch.int32, torch.zeros(3, {dtype = "int32"}):geometric_(0.5).dtype)
  end)
end)

describe("draws by rejection", function()
  local draws = {
    function() return torch.poisson(torch.linspace(0, 100, 20000)) end,
    function() return torch.binomial(torch.full({20000}, 100.0), torch.linspace(0, 1, 20000)) end,
    function() return torch._standard_gamma(torch.linspace(0.01, 50, 20000)) end,
    function() return torch._sample_dirichlet(torch.linspace(0.01, 5, 30000):view(10000, 3)) end,
    function() return D.VonMises(torch.zeros(20000), torch.linspace(0.01, 50, 20000)):sample() end,
    function() return torch.empty(300000):exponential_() end,
    function() return torch.empty(300000):cauchy_() end,
    function() return torch.empty(300000):log_normal_() end,
    function() return torch.empty(300000):geometric_(0.2) end,
    function() return torch.empty(300000):normal_() end,
    function() return torch.empty(300000):uniform_() end,
    function() return torch.bernoulli(torch.full({300000}, 0.3)) end,
    function() return torch.randint(0, 1000, {300000}) end,
    function() return torch.nn.functional.dropout(torch.ones(300000), 0.3) end,
    function() return torch.multinomial(torch.ones(100), 1000, true) end,
  }
  it("and all other draws are the same for any number of threads", function()
    local before = torch.get_num_threads()
    local finally <close> = setmetatable({}, {__close = function() torch.set_num_threads(before) end})
    for i, draw in ipairs(draws) do
      local first
      for _, threads in ipairs {1, 2, 8} do
        torch.set_num_threads(threads)
        torch.manual_seed(5)
        local x = draw()
        first = first or x
        assert.is_true(torch.equal(x, first), ("draw %d, %d threads"):format(i, threads))
      end
    end
  end)
  it("repeat from a state and from a generator", function()
    torch.manual_seed(9)
    for i, draw in ipairs(draws) do
      local state = torch.get_rng_state()
      local x, y = draw(), draw()
      assert.is_false(torch.equal(x, y), "draw " .. i)
      torch.set_rng_state(state)
      assert.is_true(torch.equal(draw(), x), "draw " .. i)
    end
    local rate = torch.full({4}, 20.0)
    local function own() return torch.Generator():manual_seed(4) end
    for _, draw in ipairs {function(g) return torch.poisson(rate, {generator = g}) end,
      function(g) return torch.binomial(rate, torch.full({4}, 0.5), {generator = g}) end,
      function(g) return torch.empty(4):exponential_(1, {generator = g}) end,
      function(g) return torch.empty(4):geometric_(0.1, {generator = g}) end,
      function(g) return torch._standard_gamma(rate, {generator = g}) end} do
      assert.is_true(torch.equal(draw(own()), draw(own())))
    end
  end)
  it("refuse parameters that are none", function()
    assert.error_matches(function() torch.poisson(torch.tensor{-1.0}) end, "finite rates of at least 0, got %-1")
    assert.error_matches(function() torch.binomial(torch.tensor{2.5}, torch.tensor{0.5}) end, "whole numbers")
    assert.error_matches(function() torch.binomial(torch.tensor{2.0}, torch.tensor{1.5}) end, "from 0 to 1, got 1.5")
    assert.error_matches(function() torch.empty(2):exponential_(0) end,
      "^exponential_: 'lambd' %(argument 2%): expected a number above 0, got number 0")
  end)
  it("of Dirichlet stay vectors of probabilities at tiny concentrations", function()
    torch.manual_seed(2)
    local x = torch._sample_dirichlet(torch.full({2000, 3}, 1e-4))
    assert.is_true((x:sum(-1) - 1):abs():max():item() < 1e-5)
    assert.is_true(x:ge(0):all():item())
  end)
end)
