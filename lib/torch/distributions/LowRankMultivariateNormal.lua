--- torch.distributions.LowRankMultivariateNormal(loc: Tensor, cov_factor: Tensor, cov_diag: Tensor, *, validate_args:
-- bool = true): Normal vectors with the covariance W Wᵀ + diag(D), W being n × m: its cost goes with n m², not
-- with n³.
-- Example: torch.distributions.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(2)):entropy()
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"
local options = require "torch.utils.options"

local matrices = require "torch.distributions.matrices"

local function init(self, given)
  for i, name in ipairs {"loc", "cov_factor", "cov_diag"} do
    local x, least = given[name], name == "cov_factor" and 2 or 1
    if not torch.is_tensor(x) or x.ndim < least then
      options.wrong("LowRankMultivariateNormal", name, i, ("a tensor of at least %d dimensions"):format(least), x)
    end
  end
  local loc, w, d = given.loc, given.cov_factor, given.cov_diag
  local n, m = w.shape[-2], w.shape[-1]
  local batch = torch.broadcast_shapes(values.part(loc.shape, 1, -2), values.part(w.shape, 1, -3),
    values.part(d.shape, 1, -2))
  self.loc = loc:expand(values.join(batch, {n}))
  self.cov_factor = w:expand(values.join(batch, {n, m}))
  self.cov_diag = d:expand(values.join(batch, {n}))
  self._given = {"loc", "cov_factor", "cov_diag"}
  self:_shapes(batch, {n})
end

--- The Cholesky factor of I + Wᵀ D⁻¹ W.
local function capacitance(w, d)
  local scaled = w.mT / d:unsqueeze(-2)
  return torch.linalg.cholesky(scaled:matmul(w) + torch.eye(w.shape[-1], {dtype = w.dtype, device = w.device}))
end

local LowRank = define("LowRankMultivariateNormal", {{"loc", constraints.real_vector, event = 1},
  {"cov_factor", constraints.independent(constraints.real, 2), event = 2},
  {"cov_diag", constraints.independent(constraints.positive, 1), event = 1}, support = constraints.real_vector,
  rsample = true, init = init,
  rebuild = function(self) self._capacitance = capacitance(self.cov_factor, self.cov_diag) end})
local LowRankMultivariateNormal = LowRank

function LowRank:__get_mean() return self.loc end
function LowRank:__get_mode() return self.loc end
function LowRank:__get_variance() return self.cov_factor:pow(2):sum(-1) + self.cov_diag end
function LowRank:__get_covariance_matrix()
  return matrices.square(self.cov_factor) + self.cov_diag:diag_embed()
end
function LowRank:__get_scale_tril() return torch.linalg.cholesky(self.covariance_matrix) end
function LowRank:__get_precision_matrix()
  local a = matrices.solve(self._capacitance, self.cov_factor.mT / self.cov_diag:unsqueeze(-2))
  return self.cov_diag:reciprocal():diag_embed() - a.mT:matmul(a)
end

function LowRank:_rsample(shape)
  local like = {dtype = self.loc.dtype, device = self.loc.device}
  local size = self:_extended_shape(shape)
  local wide = values.join(values.part(size, 1, -2), {self.cov_factor.shape[-1]})
  return self.loc + matrices.times(self.cov_factor, torch.randn(wide, like))
    + self.cov_diag:sqrt() * torch.randn(size, like)
end
local function log_det(self) return matrices.log_det(self._capacitance) * 2 + self.cov_diag:log():sum(-1) end
function LowRank:log_prob(value)
  local diff = self:_value(value, "log_prob") - self.loc
  local inner = matrices.times(self.cov_factor.mT / self.cov_diag:unsqueeze(-2), diff)
  local square = (diff:pow(2) / self.cov_diag):sum(-1) - matrices.mahalanobis(self._capacitance, inner)
  return (square + log_det(self) + self.event_shape[1] * math.log(2 * math.pi)) * -0.5
end
function LowRank:entropy()
  return (log_det(self) + self.event_shape[1] * (1 + math.log(2 * math.pi))) * 0.5
end
LowRank._log_det = log_det

return LowRankMultivariateNormal
