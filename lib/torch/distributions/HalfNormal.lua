--- torch.distributions.HalfNormal(scale: Tensor, *, validate_args: bool = true): The size of a normal number of
-- mean 0.
-- Example: torch.distributions.HalfNormal(1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local HalfNormal = define("HalfNormal", {{"scale", constraints.positive}, support = constraints.nonnegative,
  rsample = true})

function HalfNormal:__get_mean() return self.scale * math.sqrt(2 / math.pi) end
function HalfNormal:__get_mode() return torch.zeros_like(self.scale) end
function HalfNormal:__get_variance() return self.scale:pow(2) * (1 - 2 / math.pi) end

function HalfNormal:_rsample(shape)
  local z = torch.randn(self:_extended_shape(shape), {dtype = self.scale.dtype, device = self.scale.device})
  return (z * self.scale):abs()
end
function HalfNormal:log_prob(value)
  value = self:_value(value, "log_prob")
  local density = -(value / self.scale):pow(2) / 2 - self.scale:log() + math.log(2 / math.pi) / 2
  return density:masked_fill(value:lt(0), -math.huge)
end
function HalfNormal:cdf(value)
  value = self:_value(value, "cdf")
  return (value / (self.scale * math.sqrt(2))):erf()
end
function HalfNormal:icdf(value)
  return self.scale * torch.special.ndtri((values.quantile(self, value) + 1) / 2)
end
function HalfNormal:entropy() return 0.5 * math.log(math.pi / 2) + 0.5 + self.scale:log() end

return HalfNormal
