--- torch.distributions.MultivariateNormal(loc: Tensor, covariance_matrix: Tensor = nil, precision_matrix: Tensor =
-- nil, scale_tril: Tensor = nil, *, validate_args: bool = true): Normal vectors. One of the matrices is given: the
-- covariance, its inverse, or its Cholesky factor.
-- Example: torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)):log_prob(torch.zeros(2))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"
local options = require "torch.utils.options"

local matrices = require "torch.distributions.matrices"

local NAMES = {"covariance_matrix", "precision_matrix", "scale_tril"}

local function init(self, given)
  local loc = given.loc
  if not torch.is_tensor(loc) or loc.ndim < 1 then
    options.wrong("MultivariateNormal", "loc", 1, "a tensor of at least one dimension", loc)
  end
  local name, m = matrices.only("MultivariateNormal", given, NAMES)
  local batch = torch.broadcast_shapes(values.part(m.shape, 1, -3), values.part(loc.shape, 1, -2))
  local n = m.shape[-1]
  self.loc = loc:expand(values.join(batch, {n}))
  self[name] = m:expand(values.join(batch, {n, n}))
  self._given, self._tril = {"loc", name}, name == "scale_tril" and m or nil
  self:_shapes(batch, {n})
end

local MultivariateNormal = define("MultivariateNormal", {{"loc", constraints.real_vector, event = 1},
  {"covariance_matrix", constraints.positive_definite, event = 2, optional = true},
  {"precision_matrix", constraints.positive_definite, event = 2, optional = true},
  {"scale_tril", constraints.lower_cholesky, event = 2, optional = true}, support = constraints.real_vector,
  rsample = true, init = init})

--- The Cholesky factor of the covariance, computed once.
local function factor(self)
  if self._tril then return self._tril end
  local name = self._given[2]
  local m = self[name]
  if name == "scale_tril" then self._tril = m
  elseif name == "covariance_matrix" then self._tril = torch.linalg.cholesky(m)
  else self._tril = matrices.factor_of_inverse(m) end
  return self._tril
end
local function full(self, m)
  local n = self.event_shape[1]
  return m:expand(values.join(self.batch_shape, {n, n}))
end

function MultivariateNormal:__get_scale_tril() return full(self, factor(self)) end
function MultivariateNormal:__get_covariance_matrix() return full(self, matrices.square(factor(self))) end
function MultivariateNormal:__get_precision_matrix() return full(self, matrices.inverse(factor(self))) end
function MultivariateNormal:__get_mean() return self.loc end
function MultivariateNormal:__get_mode() return self.loc end
function MultivariateNormal:__get_variance()
  return factor(self):pow(2):sum(-1):expand(self:_extended_shape {})
end

function MultivariateNormal:_rsample(shape)
  local eps = torch.randn(self:_extended_shape(shape), {dtype = self.loc.dtype, device = self.loc.device})
  return self.loc + matrices.times(factor(self), eps)
end
function MultivariateNormal:log_prob(value)
  value = self:_value(value, "log_prob")
  local l = factor(self)
  local constant = self.event_shape[1] * math.log(2 * math.pi)
  return (matrices.mahalanobis(l, value - self.loc) + constant) * -0.5 - matrices.log_det(l)
end
function MultivariateNormal:entropy()
  local constant = 0.5 * self.event_shape[1] * (1 + math.log(2 * math.pi))
  return (matrices.log_det(factor(self)) + constant):expand(self.batch_shape)
end
MultivariateNormal._factor = factor

return MultivariateNormal
