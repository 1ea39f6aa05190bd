--- torch.distributions.Gamma(concentration: Tensor, rate: Tensor, *, validate_args: bool = true): Sums of as many times
-- between events as concentration says. Samples carry gradients of both parameters, by implicit differentiation.
-- Example: torch.distributions.Gamma(2, 1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Gamma = define("Gamma", {{"concentration", constraints.positive}, {"rate", constraints.positive},
  support = constraints.nonnegative, rsample = true})

function Gamma:__get_mean() return self.concentration / self.rate end
function Gamma:__get_mode() return ((self.concentration - 1) / self.rate):clamp(0) end
function Gamma:__get_variance() return self.concentration / self.rate:pow(2) end

function Gamma:_rsample(shape)
  local x = torch._standard_gamma(self.concentration:expand(self:_extended_shape(shape))) / self.rate
  return x + (x:detach():clamp(torch.finfo(x.dtype).tiny) - x:detach()) -- none is 0
end
function Gamma:log_prob(value)
  value = self:_value(value, "log_prob")
  local c, rate = self.concentration, self.rate
  return values.xlogy(c, rate) + values.xlogy(c - 1, value) - rate * value - c:lgamma()
end
function Gamma:cdf(value)
  return torch.special.gammainc(self.concentration, self.rate * self:_value(value, "cdf"))
end
function Gamma:entropy()
  local c = self.concentration
  return c - self.rate:log() + c:lgamma() + (1 - c) * c:digamma()
end

return Gamma
