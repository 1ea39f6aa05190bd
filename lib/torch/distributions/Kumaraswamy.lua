--- torch.distributions.Kumaraswamy(concentration1: Tensor, concentration0: Tensor, *, validate_args: bool = true):
-- Numbers of [0, 1] much like those of Beta, with a distribution function in closed form.
-- Example: torch.distributions.Kumaraswamy(2, 2):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local EULER = 0.57721566490153286061

local Kumaraswamy = define("Kumaraswamy", {{"concentration1", constraints.positive},
  {"concentration0", constraints.positive}, support = constraints.unit_interval, rsample = true})

--- E[x^n].
local function moment(self, n)
  local a, b = 1 + n / self.concentration1, self.concentration0
  return b * (a:lgamma() + b:lgamma() - (a + b):lgamma()):exp()
end

function Kumaraswamy:__get_mean() return moment(self, 1) end
--- NaN, as PyTorch's formula gives for all parameters.
function Kumaraswamy:__get_mode() return torch.full_like(self.concentration1, 0 / 0) end
function Kumaraswamy:__get_variance() return moment(self, 2) - moment(self, 1):pow(2) end

function Kumaraswamy:_rsample(shape)
  return self:icdf(values.open_uniform(self:_extended_shape(shape), self.concentration1))
end
function Kumaraswamy:log_prob(value)
  value = self:_value(value, "log_prob")
  local a, b = self.concentration1, self.concentration0
  return a:log() + b:log() + values.xlogy(a - 1, value) + values.xlog1py(b - 1, -value:pow(a))
end
function Kumaraswamy:cdf(value)
  value = self:_value(value, "cdf")
  return -(self.concentration0 * (-value:pow(self.concentration1)):log1p()):expm1()
end
function Kumaraswamy:icdf(value)
  local rest = (-values.quantile(self, value)):log1p() / self.concentration0
  return (-rest:expm1()):pow(self.concentration1:reciprocal())
end
function Kumaraswamy:entropy()
  local a, b = self.concentration1, self.concentration0
  return 1 - b:reciprocal() + (1 - a:reciprocal()) * ((b + 1):digamma() + EULER) - a:log() - b:log()
end

return Kumaraswamy
