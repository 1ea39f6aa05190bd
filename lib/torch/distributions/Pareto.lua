--- torch.distributions.Pareto(scale: Tensor, alpha: Tensor, *, validate_args: bool = true): Numbers of at least scale
-- that exceed x with a probability in proportion to 1 / x^alpha.
-- Example: torch.distributions.Pareto(1, 2):log_prob(torch.tensor(1.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Pareto = define("Pareto", {{"scale", constraints.positive}, {"alpha", constraints.positive}, rsample = true})

function Pareto:__get_support() return constraints.greater_than_eq(self.scale) end
function Pareto:__get_mean()
  local a = self.alpha:clamp(1)
  return a * self.scale / (a - 1)
end
function Pareto:__get_mode() return self.scale end
function Pareto:__get_variance()
  local a = self.alpha:clamp(2)
  return self.scale:pow(2) * a / ((a - 1):pow(2) * (a - 2))
end

function Pareto:_rsample(shape)
  local e = torch.empty(self:_extended_shape(shape), {dtype = self.scale.dtype, device = self.scale.device})
  return self.scale * (e:exponential_() / self.alpha):exp()
end
function Pareto:log_prob(value)
  value = self:_value(value, "log_prob")
  return self.alpha:log() - self.alpha * (value / self.scale):log() - value:log()
end
function Pareto:cdf(value)
  return -(self.alpha * (self.scale / self:_value(value, "cdf")):log()):expm1()
end
function Pareto:icdf(value)
  return self.scale * (-(-values.quantile(self, value)):log1p() / self.alpha):exp()
end
function Pareto:entropy() return (self.scale / self.alpha):log() + 1 + self.alpha:reciprocal() end

return Pareto
