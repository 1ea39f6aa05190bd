--- torch.distributions.HalfCauchy(scale: Tensor, *, validate_args: bool = true): The size of a number of the
-- Cauchy distribution around 0.
-- Example: torch.distributions.HalfCauchy(1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local HalfCauchy = define("HalfCauchy", {{"scale", constraints.positive}, support = constraints.nonnegative,
  rsample = true})

function HalfCauchy:__get_mean() return torch.full_like(self.scale, math.huge) end
function HalfCauchy:__get_mode() return torch.zeros_like(self.scale) end
function HalfCauchy:__get_variance() return torch.full_like(self.scale, math.huge) end

function HalfCauchy:_rsample(shape)
  local e = torch.empty(self:_extended_shape(shape), {dtype = self.scale.dtype, device = self.scale.device})
  return (e:cauchy_() * self.scale):abs()
end
function HalfCauchy:log_prob(value)
  value = self:_value(value, "log_prob")
  local density = math.log(2 / math.pi) - self.scale:log() - (value / self.scale):pow(2):log1p()
  return density:masked_fill(value:lt(0), -math.huge)
end
function HalfCauchy:cdf(value)
  return (self:_value(value, "cdf") / self.scale):atan() * (2 / math.pi)
end
function HalfCauchy:icdf(value)
  return (values.quantile(self, value) * (math.pi / 2)):tan() * self.scale
end
function HalfCauchy:entropy() return math.log(2 * math.pi) + self.scale:log() end

return HalfCauchy
