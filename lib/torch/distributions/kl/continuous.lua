-- Divergences of distributions of one number.
local D = require "torch.distributions"
local EULER = 0.57721566490153286061

--- inf, in the shape of p, where its samples may lie outside of the support of q.
local function infinite(p) return torch.full(p.batch_shape, math.huge, {dtype = p[p._given[1]].dtype}) end

--- x with inf where a mask holds.
local function infinite_where(x, mask) return torch.where(mask, torch.full_like(x, math.huge), x) end

local function normals(register)
  register(D.Normal, D.Normal, function(p, q)
    local ratio = (p.scale / q.scale):pow(2)
    local distance = ((p.loc - q.loc) / q.scale):pow(2)
    return (ratio + distance - 1 - ratio:log()) * 0.5
  end)
  register(D.HalfNormal, D.HalfNormal, function(p, q)
    local ratio = (p.scale / q.scale):pow(2)
    return (ratio - 1 - ratio:log()) * 0.5
  end)
  register(D.Normal, D.Gumbel, function(p, q)
    local mean, variance, z = p.loc / q.scale, (p.scale / q.scale):pow(2), q.loc / q.scale
    local t = (-mean + variance * 0.5 + z):exp()
    return mean - z + t - (p.scale / q.scale):log() - 0.5 * (1 + math.log(2 * math.pi))
  end)
  register(D.Normal, D.Laplace, function(p, q)
    local diff, scale = p.loc - q.loc, p.scale / q.scale
    local z = diff / p.scale
    local mean = math.sqrt(2 / math.pi) * p.scale * (z:pow(2) * -0.5):exp() + diff * (z * math.sqrt(0.5)):erf()
    return -scale:log() + mean / q.scale - 0.5 * math.log(0.5 * math.pi) - 0.5
  end)
end

--- The divergence of p from the normal distribution q, by the moments and the entropy of p.
local function from_normal(p, q)
  local square = (p.mean - q.loc):pow(2) + p.variance
  return square / (q.scale:pow(2) * 2) + q.scale:log() + 0.5 * math.log(2 * math.pi) - p:entropy()
end
--- The same of an exponential and a gamma distribution, where p has numbers above 0 alone.
local function from_exponential(p, q) return q.rate * p.mean - q.rate:log() - p:entropy() end
local function from_gamma(p, q, mean_log)
  local c = q.concentration
  return -p:entropy() + c:lgamma() - c * q.rate:log() - (c - 1) * mean_log + q.rate * p.mean
end

local function same_families(register)
  register(D.Exponential, D.Exponential, function(p, q)
    local ratio = q.rate / p.rate
    return -ratio:log() + ratio - 1
  end)
  register(D.Gamma, D.Gamma, function(p, q)
    local a, b = p.concentration, q.concentration
    return b * (p.rate / q.rate):log() + b:lgamma() - a:lgamma() + (a - b) * a:digamma()
      + (q.rate - p.rate) * (a / p.rate)
  end)
  register(D.Gumbel, D.Gumbel, function(p, q)
    local ratio = p.scale / q.scale
    local from, to = q.loc / q.scale, p.loc / q.scale
    local t = (from - to + (ratio + 1):lgamma()):exp()
    return to - from - ratio:log() + ratio * EULER + t - (1 + EULER)
  end)
  register(D.Laplace, D.Laplace, function(p, q)
    local ratio, distance = p.scale / q.scale, (p.loc - q.loc):abs()
    return -ratio:log() + distance / q.scale + ratio * (-distance / p.scale):exp() - 1
  end)
  register(D.Pareto, D.Pareto, function(p, q)
    local ratio = p.scale / q.scale
    local slope = q.alpha / p.alpha
    return infinite_where(q.alpha * ratio:log() - slope:log() + slope - 1, p.scale:lt(q.scale))
  end)
  register(D.Uniform, D.Uniform, function(p, q)
    local result = ((q.high - q.low) / (p.high - p.low)):log()
    return infinite_where(result, q.low:gt(p.low) | q.high:lt(p.high))
  end)
  register(D.Cauchy, D.Cauchy, function(p, q)
    local sum = (p.scale + q.scale):pow(2) + (p.loc - q.loc):pow(2)
    return (sum / (p.scale * q.scale * 4)):log()
  end)
  register(D.Beta, D.Beta, function(p, q)
    local sum_p, sum_q = p.concentration1 + p.concentration0, q.concentration1 + q.concentration0
    return q.concentration1:lgamma() + q.concentration0:lgamma() + sum_p:lgamma()
      - p.concentration1:lgamma() - p.concentration0:lgamma() - sum_q:lgamma()
      + (p.concentration1 - q.concentration1) * p.concentration1:digamma()
      + (p.concentration0 - q.concentration0) * p.concentration0:digamma() + (sum_q - sum_p) * sum_p:digamma()
  end)
  register(D.ContinuousBernoulli, D.ContinuousBernoulli, function(p, q)
    local mean = p.mean
    return mean * (p.logits - q.logits) + p:_log_norm() + (-p.probs):log1p() - q:_log_norm() - (-q.probs):log1p()
  end)
end

local function positive_pairs(register)
  for _, class in ipairs {D.Beta, D.ContinuousBernoulli, D.Pareto} do
    register(class, D.Exponential, from_exponential)
  end
  register(D.Gamma, D.Exponential, from_exponential)
  for _, class in ipairs {D.Beta, D.ContinuousBernoulli, D.Exponential, D.Gamma, D.Gumbel, D.Laplace, D.Pareto} do
    register(class, D.Normal, class == D.Pareto and function(p, q)
      return infinite_where(from_normal(p, q), p.alpha:le(2))
    end or from_normal)
  end
  register(D.Pareto, D.Exponential, function(p, q)
    return infinite_where(from_exponential(p, q), p.alpha:le(1))
  end)
  register(D.Exponential, D.Gamma, function(p, q) return from_gamma(p, q, -p.rate:log() - EULER) end)
  register(D.Beta, D.Gamma, function(p, q)
    return from_gamma(p, q, p.concentration1:digamma() - (p.concentration1 + p.concentration0):digamma())
  end)
  register(D.Pareto, D.Gamma, function(p, q)
    return infinite_where(from_gamma(p, q, p.scale:log() + p.alpha:reciprocal()), p.alpha:le(1))
  end)
  register(D.Exponential, D.Gumbel, function(p, q)
    local product, z = p.rate * q.scale, q.loc / q.scale
    local t = z:exp() * product / (product + 1)
    return product:log() - z + product:reciprocal() + t - 1
  end)
  register(D.Gamma, D.Gumbel, function(p, q)
    local scale, z = p.rate * q.scale, q.loc / q.scale
    local t = z:exp() * (1 + scale:reciprocal()):pow(-p.concentration)
    return (p.concentration - 1) * p.concentration:digamma() - p.concentration:lgamma() - p.concentration
      + scale:log() + p.concentration / scale - z + t
  end)
end

local function from_uniform(register)
  local function width(p) return p.high - p.low end
  --- E[x log x - x …]: x log x at both ends, over the width.
  local function mean_xlogx(p)
    return (torch.special.xlogy(p.high, p.high) - torch.special.xlogy(p.low, p.low)) / width(p)
  end
  local function outside(p, low, high) return (high and p.high:gt(high) or p.low:lt(low)) | p.low:lt(low) end
  register(D.Uniform, D.Beta, function(p, q)
    local mean_log = mean_xlogx(p) - 1
    local function flipped(x) return torch.special.xlogy(1 - x, 1 - x) end
    local mean_rest = (flipped(p.low) - flipped(p.high)) / width(p) - 1
    local beta = q.concentration1:lgamma() + q.concentration0:lgamma() - (q.concentration1 + q.concentration0):lgamma()
    local result = beta - width(p):log() - (q.concentration1 - 1) * mean_log - (q.concentration0 - 1) * mean_rest
    return infinite_where(result, outside(p, 0, 1):expand_as(result))
  end)
  register(D.Uniform, D.ContinuousBernoulli, function(p, q)
    local result = -p:entropy() - p.mean * q.logits - (-q.probs):log1p() - q:_log_norm()
    return infinite_where(result, outside(p, 0, 1):expand_as(result))
  end)
  register(D.Uniform, D.Exponential, function(p, q)
    local result = q.rate * (p.high + p.low) / 2 - (width(p) * q.rate):log()
    return infinite_where(result, p.low:lt(0):expand_as(result))
  end)
  register(D.Uniform, D.Gamma, function(p, q)
    local c = q.concentration
    local result = -c * q.rate:log() + c:lgamma() - width(p):log() + (1 - c) * (mean_xlogx(p) - 1)
      + q.rate * (p.high + p.low) / 2
    return infinite_where(result, p.low:lt(0):expand_as(result))
  end)
  register(D.Uniform, D.Gumbel, function(p, q)
    local scaled = q.scale / width(p)
    local high, low = (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return scaled:log() + (high + low) * 0.5 - scaled * ((-high):exp() - (-low):exp())
  end)
  register(D.Uniform, D.Normal, function(p, q)
    local square = ((p.high + p.low - q.loc * 2) / 2):pow(2) + width(p):pow(2) / 12
    return (math.sqrt(2 * math.pi) * q.scale / width(p)):log() + square / q.scale:pow(2) * 0.5
  end)
  register(D.Uniform, D.Pareto, function(p, q)
    local result = q.alpha:reciprocal():log() - q.alpha * q.scale:log() - width(p):log()
      + (mean_xlogx(p) - 1) * (q.alpha + 1)
    return infinite_where(result, p.low:lt(q.scale))
  end)
end

--- Pairs whose supports do not fit.
local function never(register)
  local half = {D.Exponential, D.Gamma, D.Pareto}
  local bounded = {D.Beta, D.ContinuousBernoulli, D.Uniform}
  for _, q in ipairs {D.Pareto} do
    for _, p in ipairs {D.Beta, D.ContinuousBernoulli} do register(p, q, infinite) end
  end
  register(D.Beta, D.ContinuousBernoulli, function(p, q)
    return -p:entropy() - p.mean * q.logits - (-q.probs):log1p() - q:_log_norm()
  end)
  register(D.Beta, D.Uniform, function(p, q)
    local result = -p:entropy() + (q.high - q.low):log()
    return infinite_where(result, (q.low:gt(0) | q.high:lt(1)):expand_as(result))
  end)
  register(D.ContinuousBernoulli, D.Uniform, function(p, q)
    local result = -p:entropy() + (q.high - q.low):log()
    return infinite_where(result, (q.low:gt(0) | q.high:lt(1)):expand_as(result))
  end)
  for _, p in ipairs(half) do
    for _, q in ipairs(bounded) do register(p, q, infinite) end
  end
  for _, p in ipairs {D.Exponential, D.Gamma} do register(p, D.Pareto, infinite) end
  for _, p in ipairs {D.Gumbel, D.Laplace, D.Normal} do
    for _, group in ipairs {half, bounded} do
      for _, q in ipairs(group) do register(p, q, infinite) end
    end
  end
end

return function(register)
  normals(register)
  same_families(register)
  positive_pairs(register)
  from_uniform(register)
  never(register)
end
