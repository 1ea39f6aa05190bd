--- torch.distributions.Wishart(df: Tensor, covariance_matrix: Tensor = nil, precision_matrix: Tensor = nil,
-- scale_tril: Tensor = nil, *, validate_args: bool = true): Sums of df squares x xᵀ of normal vectors. One of the
-- matrices is given, as for MultivariateNormal.
-- Example: torch.distributions.Wishart(torch.tensor(3.0), torch.eye(2)):entropy()
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Chi2 = require "torch.distributions.Chi2"
local matrices = require "torch.distributions.matrices"

local NAMES = {"covariance_matrix", "precision_matrix", "scale_tril"}

local function init(self, given)
  local name, m = matrices.only("Wishart", given, NAMES)
  local df = given.df
  if not torch.is_tensor(df) then df = torch.tensor(df, {dtype = m.dtype, device = m.device}) end
  local n = m.shape[-1]
  local batch = torch.broadcast_shapes(df.shape, values.part(m.shape, 1, -3))
  self.df, self[name] = df:expand(batch), m:expand(values.join(batch, {n, n}))
  self._given = {"df", name}
  self:_shapes(batch, {n, n})
  if self._validates and not self.df:gt(n - 1):all():item() then
    local text = "Wishart: 'df' (argument 1): expected numbers above %d, the rows of the matrices less 1, got %s"
    torch._C.raise(text:format(n - 1, self.df:min():item()))
  end
end

local Wishart = define("Wishart", {{"df", constraints.greater_than(0)},
  {"covariance_matrix", constraints.positive_definite, event = 2, optional = true},
  {"precision_matrix", constraints.positive_definite, event = 2, optional = true},
  {"scale_tril", constraints.lower_cholesky, event = 2, optional = true}, support = constraints.positive_definite,
  rsample = true, init = init, rebuild = function(self)
    local name = self._given[2]
    local m = self[name]
    self._tril = name == "scale_tril" and m or name == "covariance_matrix" and torch.linalg.cholesky(m)
      or matrices.factor_of_inverse(m)
  end})

function Wishart:__get_scale_tril() return self._tril end
function Wishart:__get_covariance_matrix() return matrices.square(self._tril) end
function Wishart:__get_precision_matrix() return matrices.inverse(self._tril) end

--- A number for each matrix beside the matrices.
local function spread(x) return x:unsqueeze(-1):unsqueeze(-1) end

function Wishart:__get_mean() return spread(self.df) * self.covariance_matrix end
function Wishart:__get_mode()
  local factor = self.df - self.event_shape[1] - 1
  return spread(factor:masked_fill(factor:le(0), 0 / 0)) * self.covariance_matrix
end
function Wishart:__get_variance()
  local v = self.covariance_matrix
  local d = v:diagonal(0, -2, -1)
  return spread(self.df) * (v:pow(2) + d:unsqueeze(-1) * d:unsqueeze(-2))
end

--- Bartlett's decomposition: the factor of a standard sample has roots of Chi2 on its diagonal, normal numbers below.
function Wishart:_rsample(shape)
  local p = self.event_shape[1]
  local like = {dtype = self._tril.dtype, device = self._tril.device}
  local freedom = self.df:unsqueeze(-1) - torch.arange(0, p, like)
  local diagonal = Chi2(freedom, {validate_args = false}):_rsample(shape):sqrt()
  local noise = torch.randn(self:_extended_shape(shape), like):tril(-1) + diagonal:diag_embed()
  return matrices.square(self._tril:matmul(noise))
end

local function log_gamma(self) return torch.special.multigammaln(self.df / 2, self.event_shape[1]) end

function Wishart:log_prob(value)
  value = self:_value(value, "log_prob")
  local nu, p, l = self.df, self.event_shape[1], self._tril
  local _, log_det = torch.linalg.slogdet(value)
  local inner = torch.cholesky_solve(value, l:expand(torch.broadcast_shapes(l.shape, value.shape)))
  return -nu * (matrices.log_det(l) + p * math.log(2) / 2) - log_gamma(self) + (nu - p - 1) / 2 * log_det
    - inner:diagonal(0, -2, -1):sum(-1) / 2
end
function Wishart:entropy()
  local nu, p, l = self.df, self.event_shape[1], self._tril
  local halves = torch.arange(0, p, {dtype = nu.dtype, device = nu.device}) / 2
  local digammas = (nu:unsqueeze(-1) / 2 - halves):digamma():sum(-1)
  return (matrices.log_det(l) + p * math.log(2) / 2) * (p + 1) + log_gamma(self) - (nu - p - 1) / 2 * digammas
    + nu * p / 2
end

return Wishart
