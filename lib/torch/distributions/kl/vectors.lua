-- Divergences of distributions of vectors.
local D = require "torch.distributions"
local matrices = require "torch.distributions.matrices"

--- trace(Q⁻¹ P) for covariances Q = L Lᵀ and P = A Aᵀ.
local function trace_of(l, a) return matrices.solve(l, a):pow(2):sum({-2, -1}) end

--- The same for Q = W Wᵀ + diag(D) by Woodbury's identity: C is the factor of the capacitance.
local function trace_low_rank(q, a)
  local scaled = q.cov_factor.mT / q.cov_diag:unsqueeze(-2)
  local inner = scaled:matmul(a)
  return (a:pow(2) / q.cov_diag:unsqueeze(-1)):sum({-2, -1}) - trace_of(q._capacitance, inner)
end
local function square_low_rank(q, diff)
  local inner = matrices.times(q.cov_factor.mT / q.cov_diag:unsqueeze(-2), diff)
  return (diff:pow(2) / q.cov_diag):sum(-1) - matrices.mahalanobis(q._capacitance, inner)
end
--- W and the root of diag(D) side by side: A with A Aᵀ the covariance.
local function root_of(p)
  local w = p.cov_factor
  return torch.cat({w, p.cov_diag:sqrt():diag_embed()}, -1)
end

local function check(p, q)
  if p.event_shape[1] ~= q.event_shape[1] then
    torch._C.raise(("kl_divergence: expected vectors of one length, got %d and %d"):format(p.event_shape[1],
      q.event_shape[1]))
  end
end

--- From the logarithms of the determinants, trace and square distance.
local function result(p, log_det_p, log_det_q, trace, square)
  return (log_det_q - log_det_p + trace + square - p.event_shape[1]) * 0.5
end

return function(register)
  local Full, Low = D.MultivariateNormal, D.LowRankMultivariateNormal
  register(Full, Full, function(p, q)
    check(p, q)
    local a, l = p:_factor(), q:_factor()
    return result(p, matrices.log_det(a) * 2, matrices.log_det(l) * 2, trace_of(l, a),
      matrices.mahalanobis(l, q.loc - p.loc))
  end)
  register(Full, Low, function(p, q)
    check(p, q)
    return result(p, matrices.log_det(p:_factor()) * 2, q:_log_det(), trace_low_rank(q, p:_factor()),
      square_low_rank(q, q.loc - p.loc))
  end)
  register(Low, Full, function(p, q)
    check(p, q)
    local l = q:_factor()
    return result(p, p:_log_det(), matrices.log_det(l) * 2, trace_of(l, root_of(p)),
      matrices.mahalanobis(l, q.loc - p.loc))
  end)
  register(Low, Low, function(p, q)
    check(p, q)
    return result(p, p:_log_det(), q:_log_det(), trace_low_rank(q, root_of(p)), square_low_rank(q, q.loc - p.loc))
  end)
  register(D.Dirichlet, D.Dirichlet, function(p, q)
    local a, b = p.concentration, q.concentration
    local sum = a:sum(-1)
    return sum:lgamma() - b:sum(-1):lgamma() + (b:lgamma() - a:lgamma()):sum(-1)
      + ((a - b) * (a:digamma() - sum:digamma():unsqueeze(-1))):sum(-1)
  end)
  register(D.Wishart, D.Wishart, function(p, q)
    local n = p.event_shape[1]
    local halves = torch.arange(0, n, {dtype = p.df.dtype}) / 2
    local digammas = ((p.df / 2):unsqueeze(-1) - halves):digamma():sum(-1)
    local l, a = q._tril, p._tril
    local function log_gamma(df) return torch.special.multigammaln(df / 2, n) end
    return (matrices.log_det(l) - matrices.log_det(a)) * q.df + (trace_of(l, a) - n) * p.df / 2
      + log_gamma(q.df) - log_gamma(p.df) + (p.df - q.df) / 2 * digammas
  end)
end
