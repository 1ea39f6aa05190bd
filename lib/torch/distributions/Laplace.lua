--- torch.distributions.Laplace(loc: Tensor, scale: Tensor, *, validate_args: bool = true): Two exponential
-- distributions, to the right and to the left of loc.
-- Example: torch.distributions.Laplace(0, 1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Laplace = define("Laplace", {{"loc", constraints.real}, {"scale", constraints.positive},
  support = constraints.real, rsample = true})

function Laplace:__get_mean() return self.loc end
function Laplace:__get_mode() return self.loc end
function Laplace:__get_stddev() return self.scale * math.sqrt(2) end
function Laplace:__get_variance() return self.scale:pow(2) * 2 end

function Laplace:_rsample(shape)
  local u = values.open_uniform(self:_extended_shape(shape), self.loc)
  return self:icdf(u)
end
function Laplace:log_prob(value)
  value = self:_value(value, "log_prob")
  return -(self.scale * 2):log() - (value - self.loc):abs() / self.scale
end
function Laplace:cdf(value)
  local z = (self:_value(value, "cdf") - self.loc) / self.scale
  return 0.5 - z:sign() * (-z:abs()):expm1() * 0.5
end
function Laplace:icdf(value)
  local side = values.quantile(self, value) - 0.5
  return self.loc - self.scale * side:sign() * (side:abs() * -2):log1p()
end
function Laplace:entropy() return 1 + (self.scale * 2):log() end

return Laplace
