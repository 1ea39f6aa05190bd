--- torch.distributions.Uniform(low: Tensor, high: Tensor, *, validate_args: bool = true): Numbers of [low, high), all
-- equally likely.
-- Example: torch.distributions.Uniform(0, 2):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Uniform = define("Uniform", {{"low", constraints.dependent}, {"high", constraints.dependent}, rsample = true,
  finish = function(self)
    local ok = self.low:lt(self.high)
    if not self._validates or ok:all():item() then return end
    local low, high = self.low:masked_select(~ok)[1]:item(), self.high:masked_select(~ok)[1]:item()
    torch._C.raise(("Uniform: 'high' (argument 2): expected numbers above 'low', got %s beside %s"):format(high, low))
  end})

function Uniform:__get_support() return constraints.interval(self.low, self.high) end
function Uniform:__get_mean() return (self.high + self.low) / 2 end
function Uniform:__get_mode() return self.high * (0 / 0) end
function Uniform:__get_stddev() return (self.high - self.low) / math.sqrt(12) end
function Uniform:__get_variance() return (self.high - self.low):pow(2) / 12 end

function Uniform:_rsample(shape)
  local u = torch.rand(self:_extended_shape(shape), {dtype = self.low.dtype, device = self.low.device})
  return self.low + u * (self.high - self.low)
end
function Uniform:log_prob(value)
  value = self:_value(value, "log_prob")
  local inside = (value:ge(self.low) & value:lt(self.high)):to(self.low.dtype)
  return inside:log() - (self.high - self.low):log()
end
function Uniform:cdf(value)
  value = self:_value(value, "cdf")
  return ((value - self.low) / (self.high - self.low)):clamp(0, 1)
end
function Uniform:icdf(value) return values.quantile(self, value) * (self.high - self.low) + self.low end
function Uniform:entropy() return (self.high - self.low):log() end

return Uniform
