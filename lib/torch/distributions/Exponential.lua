--- torch.distributions.Exponential(rate: Tensor, *, validate_args: bool = true): Times between events that happen
-- at this rate.
-- Example: torch.distributions.Exponential(2):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Exponential = define("Exponential", {{"rate", constraints.positive}, support = constraints.nonnegative,
  rsample = true})

function Exponential:__get_mean() return self.rate:reciprocal() end
function Exponential:__get_mode() return torch.zeros_like(self.rate) end
function Exponential:__get_stddev() return self.rate:reciprocal() end
function Exponential:__get_variance() return self.rate:pow(-2) end

function Exponential:_rsample(shape)
  local e = torch.empty(self:_extended_shape(shape), {dtype = self.rate.dtype, device = self.rate.device})
  return e:exponential_() / self.rate
end
function Exponential:log_prob(value)
  value = self:_value(value, "log_prob")
  return self.rate:log() - self.rate * value
end
function Exponential:cdf(value) return -(-self.rate * self:_value(value, "cdf")):expm1() end
function Exponential:icdf(value) return -(-values.quantile(self, value)):log1p() / self.rate end
function Exponential:entropy() return 1 - self.rate:log() end

return Exponential
