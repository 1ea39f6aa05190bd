--- torch.distributions.Weibull(scale: Tensor, concentration: Tensor, *, validate_args: bool = true): Times to a
-- failure whose rate goes with a power of the time.
-- Example: torch.distributions.Weibull(1, 2):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local EULER = 0.57721566490153286061

local Weibull = define("Weibull", {{"scale", constraints.positive}, {"concentration", constraints.positive},
  support = constraints.positive, rsample = true})

--- E[(x / scale)^n].
local function moment(self, n) return (1 + n / self.concentration):lgamma():exp() end

function Weibull:__get_mean() return self.scale * moment(self, 1) end
function Weibull:__get_mode()
  local c = self.concentration
  return self.scale * ((c - 1) / c):pow(c:reciprocal())
end
function Weibull:__get_variance() return self.scale:pow(2) * (moment(self, 2) - moment(self, 1):pow(2)) end

function Weibull:_rsample(shape)
  local e = torch.empty(self:_extended_shape(shape), {dtype = self.scale.dtype, device = self.scale.device})
  return self.scale * e:exponential_():pow(self.concentration:reciprocal())
end
function Weibull:log_prob(value)
  local c, z = self.concentration, self:_value(value, "log_prob") / self.scale
  return (c / self.scale):log() + (c - 1) * z:log() - z:pow(c)
end
function Weibull:cdf(value)
  local z = self:_value(value, "cdf") / self.scale
  return -(-z:pow(self.concentration)):expm1()
end
function Weibull:icdf(value)
  return self.scale * (-(-values.quantile(self, value)):log1p()):pow(self.concentration:reciprocal())
end
function Weibull:entropy()
  local inverse = self.concentration:reciprocal()
  return (1 - inverse) * EULER + (self.scale * inverse):log() + 1
end

return Weibull
