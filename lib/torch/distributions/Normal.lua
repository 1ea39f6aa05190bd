--- torch.distributions.Normal(loc: Tensor, scale: Tensor, *, validate_args: bool = true): The normal distribution
-- with this mean and standard deviation.
-- Example: torch.distributions.Normal(0, 1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"

local Normal = require "torch.distributions.define"("Normal", {{"loc", constraints.real},
  {"scale", constraints.positive}, support = constraints.real, rsample = true})

function Normal:__get_mean() return self.loc end
function Normal:__get_mode() return self.loc end
function Normal:__get_variance() return self.scale:pow(2) end
function Normal:__get_stddev() return self.scale end

function Normal:_rsample(shape)
  local eps = torch.randn(self:_extended_shape(shape), {dtype = self.loc.dtype, device = self.loc.device})
  return self.loc + eps * self.scale
end
function Normal:log_prob(value)
  value = self:_value(value, "log_prob")
  return -((value - self.loc) / self.scale):pow(2) / 2 - self.scale:log() - math.log(2 * math.pi) / 2
end
function Normal:cdf(value)
  value = self:_value(value, "cdf")
  local z = (value - self.loc) * self.scale:reciprocal()
  -- The digits of PyTorch, but where 1 + erf would have none left.
  return torch.where(z:lt(-1), torch.special.ndtr(z), (1 + (z / math.sqrt(2)):erf()) * 0.5)
end
function Normal:icdf(value) return self.loc + self.scale * torch.special.ndtri(values.quantile(self, value)) end
function Normal:entropy() return 0.5 + 0.5 * math.log(2 * math.pi) + self.scale:log() end

return Normal
