--- torch.distributions.Cauchy(loc: Tensor, scale: Tensor, *, validate_args: bool = true): The quotient of two normal
-- numbers, moved and stretched. It has no mean.
-- Example: torch.distributions.Cauchy(0, 1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Cauchy = define("Cauchy", {{"loc", constraints.real}, {"scale", constraints.positive},
  support = constraints.real, rsample = true})

function Cauchy:__get_mean() return torch.full_like(self.loc, 0 / 0) end
function Cauchy:__get_mode() return self.loc end
function Cauchy:__get_variance() return torch.full_like(self.loc, math.huge) end

function Cauchy:_rsample(shape)
  local e = torch.empty(self:_extended_shape(shape), {dtype = self.loc.dtype, device = self.loc.device})
  return self.loc + e:cauchy_() * self.scale
end
function Cauchy:log_prob(value)
  value = self:_value(value, "log_prob")
  return -math.log(math.pi) - self.scale:log() - ((value - self.loc) / self.scale):pow(2):log1p()
end
function Cauchy:cdf(value)
  value = self:_value(value, "cdf")
  return ((value - self.loc) / self.scale):atan() / math.pi + 0.5
end
function Cauchy:icdf(value)
  return ((values.quantile(self, value) - 0.5) * math.pi):tan() * self.scale + self.loc
end
function Cauchy:entropy() return math.log(4 * math.pi) + self.scale:log() end

return Cauchy
