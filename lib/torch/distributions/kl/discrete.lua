-- Divergences of discrete distributions.
local D = require "torch.distributions"

local function infinite(p) return torch.full(p.batch_shape, math.huge, {dtype = p.rate.dtype}) end

local function by_logits(p, q)
  local a, b = p.logits, q.logits
  local mean = p.probs
  local t = mean * (a - b)
  t = torch.where((q.probs:eq(0)):expand_as(t), torch.full_like(t, math.huge), t)
  t = torch.where((mean:eq(0)):expand_as(t), torch.zeros_like(t), t)
  return t:sum(-1)
end

return function(register)
  local F = torch.nn.functional
  register(D.Bernoulli, D.Bernoulli, function(p, q)
    local a, b = p.probs, q.probs
    local result = a * (F.softplus(-q.logits) - F.softplus(-p.logits))
    local ones = torch.where(b:eq(0):expand_as(result), torch.full_like(result, math.huge), result)
    ones = torch.where(a:eq(0):expand_as(result), torch.zeros_like(result), ones)
    local rest = (1 - a) * (F.softplus(q.logits) - F.softplus(p.logits))
    local zeros = torch.where(b:eq(1):expand_as(rest), torch.full_like(rest, math.huge), rest)
    return ones + torch.where(a:eq(1):expand_as(rest), torch.zeros_like(rest), zeros)
  end)
  register(D.Bernoulli, D.Poisson, function(p, q) return -p:entropy() - (p.probs * q.rate:log() - q.rate) end)
  register(D.Poisson, D.Bernoulli, infinite)
  register(D.Poisson, D.Binomial, infinite)
  register(D.Poisson, D.Poisson, function(p, q)
    return p.rate * (p.rate:log() - q.rate:log()) - (p.rate - q.rate)
  end)
  register(D.Binomial, D.Binomial, function(p, q)
    if p.total_count:lt(q.total_count):any():item() then
      torch._C.raise "kl_divergence: Binomial with fewer trials than the other is not defined"
    end
    local result = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs):log1p() - (-q.probs):log1p())
    local more = p.total_count:gt(q.total_count)
    return torch.where(more:expand_as(result), torch.full_like(result, math.huge), result)
  end)
  register(D.Geometric, D.Geometric, function(p, q)
    return -p:entropy() - (-q.probs):log1p() / p.probs - q.logits
  end)
  register(D.Categorical, D.Categorical, by_logits)
  register(D.OneHotCategorical, D.OneHotCategorical, by_logits)
end
