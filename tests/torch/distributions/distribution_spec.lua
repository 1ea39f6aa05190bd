-- What all distributions have in common: shapes, checks, print, expansion, gradients of samples.
local D = torch.distributions

local function t(...) return torch.tensor({...}, {dtype = torch.float64}) end

--- One object of every class, with parameters that take gradients.
local function samples()
  local function leaf(...) return t(...):requires_grad_(true) end
  local tril = torch.tensor({{1.0, 0.0}, {0.5, 2.0}}, {dtype = torch.float64})
  return {
    {"Bernoulli", leaf(0.3, 0.6)}, {"Beta", leaf(0.7, 2), leaf(1.5, 3)}, {"Binomial", 5, leaf(0.3, 0.6)},
    {"Categorical", leaf(0.2, 0.3, 0.5)}, {"Cauchy", leaf(0, 1), leaf(1, 2)}, {"Chi2", leaf(1.5, 4)},
    {"ContinuousBernoulli", leaf(0.3, 0.5)}, {"Dirichlet", leaf(0.5, 2, 3)}, {"Exponential", leaf(1, 3)},
    {"FisherSnedecor", leaf(3, 5), leaf(4, 6)}, {"Gamma", leaf(0.5, 3), leaf(1, 2)},
    {"GeneralizedPareto", leaf(0, 1), leaf(1, 2), leaf(0.2, -0.3)}, {"Geometric", leaf(0.3, 0.6)},
    {"Gumbel", leaf(0, 1), leaf(1, 2)}, {"HalfCauchy", leaf(1, 2)}, {"HalfNormal", leaf(1, 2)},
    {"InverseGamma", leaf(3, 4), leaf(1, 2)}, {"Kumaraswamy", leaf(2, 3), leaf(1.5, 4)},
    {"LKJCholesky", 3, leaf(1, 2)}, {"Laplace", leaf(0, 1), leaf(1, 2)}, {"LogNormal", leaf(0, 1), leaf(0.5, 1)},
    {"LogisticNormal", leaf(0, 1), leaf(0.5, 1)},
    {"LowRankMultivariateNormal", leaf(0, 1), torch.ones(2, 1, {dtype = torch.float64}), leaf(1, 2)},
    {"Multinomial", 4, leaf(0.2, 0.3, 0.5)},
    {"MultivariateNormal", leaf(0, 1), {scale_tril = tril:requires_grad_(true)}},
    {"NegativeBinomial", 3, leaf(0.3, 0.6)}, {"Normal", leaf(0, 1), leaf(1, 2)},
    {"OneHotCategorical", leaf(0.2, 0.3, 0.5)}, {"OneHotCategoricalStraightThrough", leaf(0.2, 0.3, 0.5)},
    {"Pareto", leaf(1, 2), leaf(2, 3)}, {"Poisson", leaf(1, 20)},
    {"RelaxedBernoulli", leaf(0.7), leaf(0.3, 0.6)}, {"RelaxedOneHotCategorical", torch.tensor(0.7), leaf(0.2, 0.8)},
    {"StudentT", leaf(3, 5), leaf(0, 1), leaf(1, 2)}, {"Uniform", leaf(0, 1), leaf(2, 3)},
    {"VonMises", leaf(0, 1), leaf(1, 2)}, {"Weibull", leaf(1, 2), leaf(1, 2)},
    {"Wishart", torch.tensor(3.5, {dtype = torch.float64}), {scale_tril = tril:detach()}},
  }
end

local function make(sample) return D[sample[1]](table.unpack(sample, 2)) end

describe("every distribution", function()
  for _, sample in ipairs(samples()) do
    local name = sample[1]
    it(name .. " draws what it takes itself, in the right shape", function()
      torch.manual_seed(3)
      local d = make(sample)
      assert.equal(name, torch.typename(d))
      assert.matches("^" .. name .. "%(%a[%w_]*: .*%)$", tostring(d))
      local x = d:sample {4, 3}
      local shape = {4, 3}
      table.move(d.batch_shape, 1, #d.batch_shape, 3, shape)
      local full = table.move(d.event_shape, 1, #d.event_shape, #shape + 1, {table.unpack(shape)})
      assert.same(full, {table.unpack(x.shape)})
      assert.is_false(x.requires_grad)
      assert.is_true(d.support:check(x):all():item())
      local p = d:log_prob(x)
      assert.same(shape, {table.unpack(p.shape)})
      assert.is_true(p:isfinite():all():item())
      assert.is_true(p.requires_grad or name == "Wishart")
    end)
    it(name .. " is expanded", function()
      torch.manual_seed(3)
      local d = make(sample)
      local shape = table.move(d.batch_shape, 1, #d.batch_shape, 2, {2})
      local e = d:expand(shape)
      assert.equal(name, torch.typename(e))
      assert.same(shape, {table.unpack(e.batch_shape)})
      assert.same({table.unpack(d.event_shape)}, {table.unpack(e.event_shape)})
      local x = d:sample()
      assert.is_true(torch.allclose(e:log_prob(x)[1], d:log_prob(x)))
      assert.equal(#e:sample().shape, #x.shape + 1)
    end)
    it(name .. (make(sample).has_rsample and " carries" or " has no") .. " gradients of samples", function()
      local d = make(sample)
      if not d.has_rsample then
        assert.error_matches(function() d:rsample() end, name .. ": rsample is not defined")
      elseif name ~= "Wishart" then
        assert.is_true(d:rsample().requires_grad)
      end
    end)
  end
end)

-- Distribution function and quantiles are inverse to each other, and the density is the derivative.
describe("cdf, icdf and log_prob fit together for", function()
  for _, sample in ipairs(samples()) do
    local d = make(sample)
    local q = t(0.1, 0.35, 0.45, 0.8, 0.95):view(5, 1)
    local ok, x = pcall(function() return d:icdf(q:expand(5, d.batch_shape[1])) end)
    if ok then
      it(sample[1], function()
        assert.is_true(torch.allclose(d:cdf(x), q:expand_as(x), {rtol = 1e-6, atol = 1e-7}))
        local at = x:detach():clone():requires_grad_(true)
        local density = torch.autograd.grad(d:cdf(at):sum(), {at})
        assert.is_true(torch.allclose(density, d:log_prob(at):exp(), {rtol = 1e-6, atol = 1e-9}))
      end)
    end
  end
end)

describe("gradients of log_prob against finite differences:", function()
  for _, sample in ipairs(samples()) do
    local leaves, at = {}, {}
    for i = 2, #sample do
      if torch.is_tensor(sample[i]) and sample[i].requires_grad then
        leaves[#leaves + 1] = sample[i]
        at[#at + 1] = i
      end
    end
    if #leaves > 0 and sample[1] ~= "MultivariateNormal" then
      it(sample[1], function()
        torch.manual_seed(5)
        local x = make(sample):sample(3)
        torch.autograd.gradcheck(function(...)
          local args = {table.unpack(sample, 2)}
          for k, leaf in ipairs {...} do args[at[k] - 1] = leaf end
          args[#args + 1] = {validate_args = false}
          return D[sample[1]](table.unpack(args)):log_prob(x)
        end, leaves)
      end)
    end
  end
end)

-- The mean of f(x) over samples moves with a parameter as the mean of rsample's gradients: f(x) = x², whose mean is
-- known.
describe("gradients of samples average to the gradient of the moments:", function()
  local function test(name, d, leaves, n)
    it(name, function()
      torch.manual_seed(8)
      local got = table.pack(torch.autograd.grad(d:rsample(n):pow(2):mean(1):sum(), leaves,
        {retain_graph = true}))
      local want = table.pack(torch.autograd.grad((d.variance + d.mean:pow(2)):sum(), leaves))
      for i = 1, #leaves do
        assert.is_true(torch.allclose(got[i], want[i], {rtol = 0.06, atol = 0.03}), tostring(got[i]))
      end
    end)
  end
  for _, sample in ipairs(samples()) do
    local name, d = sample[1], make(sample)
    if ({Beta = 1, Chi2 = 1, Dirichlet = 1, Exponential = 1, Gamma = 1, Gumbel = 1, Laplace = 1, Normal = 1,
      Uniform = 1, Weibull = 1, HalfNormal = 1, Kumaraswamy = 1, LowRankMultivariateNormal = 1})[name] then
      local leaves = {}
      for i = 2, #sample do
        if torch.is_tensor(sample[i]) and sample[i].requires_grad then leaves[#leaves + 1] = sample[i] end
      end
      test(name, d, leaves, 40000)
    end
  end
end)

describe("wrong arguments", function()
  local function fails(message, f, ...)
    local ok, got = pcall(f, ...)
    assert.is_false(ok)
    assert.truthy(got:find(message, 1, true), got)
  end
  it("of constructors are named", function()
    fails("Normal: 'scale' (argument 2): expected a number or a tensor, got nothing", D.Normal, 0)
    fails("Normal: 'scale' (argument 2): expected values of GreaterThan(lower_bound=0.0), got -1.0", D.Normal, 0, -1)
    fails("Bernoulli: expected either 'probs' or 'logits', got neither", D.Bernoulli)
    fails("Bernoulli: expected either 'probs' or 'logits', got both", D.Bernoulli, 0.5, 0.5)
    fails("Bernoulli: 'probs' (argument 1): expected values of Interval(lower_bound=0.0, upper_bound=1.0), got 1.5",
      D.Bernoulli, 1.5)
    fails("Uniform: 'high' (argument 2): expected numbers above 'low', got 1.0 beside 1.0", D.Uniform, 1, 1)
    fails("Uniform: 'high' (argument 2): expected numbers above 'low', got 1.0 beside 2.0", D.Uniform,
      torch.full({2, 3, 4}, 2.0), torch.ones(2, 3, 4))
    fails("Distribution: 'batch_shape' (argument 1): expected an array of sizes, got", D.Distribution, "abc")
    fails("GeneralizedPareto: size 3 of shape 3 does not broadcast with 2", D.GeneralizedPareto, torch.zeros(2), 1,
      torch.ones(3))
    fails("OneHotCategorical: 'probs': expected weights", D.OneHotCategorical, torch.tensor({-1.0, 2}))
    fails("RelaxedOneHotCategorical: 'probs': expected weights", D.RelaxedOneHotCategorical, 1,
      torch.tensor({-1.0, 2}))
    fails("Multinomial: 'probs': expected a tensor of at", D.Multinomial, 3, torch.tensor(0.5))
    local normal = D.Normal(torch.zeros(2), 1)
    fails("Normal:expand: 'batch_shape' (argument 1): expected a shape to which (2) expands, got", normal.expand,
      normal, {3})
    fails("Normal:sample: no argument 'n'; known: sample_shape", normal.sample, normal, {n = 1})
    local bernoulli = D.Bernoulli(0.5)
    fails("Bernoulli:enumerate_support: 'expand' (argument 1): expected a boolean, got", bernoulli.enumerate_support,
      bernoulli, "x")
    fails("Normal: unknown option 'sclae', did you mean 'scale'? (known: loc, scale, validate_args)", D.Normal,
      {loc = 0, sclae = 1})
    fails("MultivariateNormal: expected one of covariance_matrix, precision_matrix, scale_tril", D.MultivariateNormal,
      torch.zeros(2))
    fails("Independent: 'reinterpreted_batch_ndims' (argument 2): expected at most 1", D.Independent,
      D.Normal(torch.zeros(2), 1), 2)
    fails("Categorical: 'probs' (argument 1): expected weights of at least 0", D.Categorical, torch.tensor{-1.0, 2.0})
  end)
  it("of methods are named", function()
    local d = D.Gamma(torch.ones(3), 1)
    fails("expected values of the support, GreaterThanEq(lower_bound=0.0), got -1",
      d.log_prob, d, torch.tensor{1.0, -1.0, 2.0})
    fails("Gamma:log_prob: 'value' (argument 1): expected a tensor that fits batch_shape 3", d.log_prob, d,
      torch.ones(2))
    fails("Gamma:sample: 'sample_shape' (argument 1): expected sizes of at least 0, got number -1", d.sample, d, -1)
    fails("LKJCholesky: mean is not defined", function() return D.LKJCholesky(3).mean end)
    fails("Gamma: icdf is not defined", d.icdf, d, 0.5)
  end)
  it("pass where validate_args is false", function()
    local d = D.Normal(0, -1, {validate_args = false})
    assert.is_true(d:log_prob(torch.tensor(0.0)):isnan():item())
    finally(function() D.Distribution.set_default_validate_args(true) end)
    D.Distribution.set_default_validate_args(false)
    assert.equal(-1, D.Normal(0, -1).scale:item())
  end)
end)

describe("distributions", function()
  it("print as PyTorch's", function()
    assert.equal("Normal(loc: 0.0, scale: 1.0)", tostring(D.Normal(0, 1)))
    assert.equal("Normal(loc: torch.Size({3}), scale: torch.Size({3}))", tostring(D.Normal(torch.zeros(3), 1)))
    assert.equal("Categorical(probs: torch.Size({3}))", tostring(D.Categorical(torch.ones(3))))
    assert.equal("Independent(Normal(loc: torch.Size({2}), scale: torch.Size({2})), 1)",
      tostring(D.Independent(D.Normal(torch.zeros(2), 1), 1)))
    assert.equal("IndependentConstraint(Real(), 1)", tostring(D.constraints.real_vector))
    assert.equal("_InverseTransform(ExpTransform())", tostring(D.ExpTransform().inv))
  end)
  it("are classes that a program derives from", function()
    local Doubled = torch.class("Doubled", D.Normal)
    function Doubled:log_prob(value) return Doubled.super.log_prob(self, value) * 2 end
    local d = Doubled(0, 1)
    assert.equal("Doubled(loc: 0.0, scale: 1.0)", tostring(d))
    assert.is_true(torch.isinstance(d, D.Normal))
    assert.equal(2 * D.Normal(0, 1):log_prob(0.5):item(), d:log_prob(0.5):item())
    assert.equal(0, D.kl_divergence(d, D.Normal(0, 1)):item())
  end)
  it("take registered divergences", function()
    local Own = torch.class("Own", D.Distribution)
    function Own:__init() Own.super.__init(self, {}, {}) end
    assert.error_matches(function() D.kl_divergence(Own(), D.Normal(0, 1)) end, "none is registered for Own and Normal")
    D.register_kl(Own, D.Normal, function() return 42 end)
    assert.equal(42, D.kl_divergence(Own(), D.Normal(0, 1)))
  end)
  it("transform with a cache", function()
    local calls = 0
    local t1 = D.ExpTransform({cache_size = 1})
    local x = torch.tensor(0.3)
    local y = t1(x)
    assert.is_true(rawequal(t1.inv(y), x))
    assert.equal(0, calls)
    assert.is_false(rawequal(D.ExpTransform().inv(y), x))
    assert.is_true(rawequal(D.ExpTransform():with_cache()._x, nil))
  end)
end)
