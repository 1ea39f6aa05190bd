--- torch.distributions.Gumbel(loc: Tensor, scale: Tensor, *, validate_args: bool = true): The largest of many numbers
-- with exponential tails.
-- Example: torch.distributions.Gumbel(0, 1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local EULER = 0.57721566490153286061

local Gumbel = define("Gumbel", {{"loc", constraints.real}, {"scale", constraints.positive},
  support = constraints.real, rsample = true})

function Gumbel:__get_mean() return self.loc + self.scale * EULER end
function Gumbel:__get_mode() return self.loc end
function Gumbel:__get_stddev() return self.scale * (math.pi / math.sqrt(6)) end
function Gumbel:__get_variance() return self.stddev:pow(2) end

function Gumbel:_rsample(shape)
  local e = torch.empty(self:_extended_shape(shape), {dtype = self.loc.dtype, device = self.loc.device})
  return self.loc - self.scale * e:exponential_():log()
end
function Gumbel:log_prob(value)
  local y = (self.loc - self:_value(value, "log_prob")) / self.scale
  return y - y:exp() - self.scale:log()
end
function Gumbel:cdf(value)
  return (-((self.loc - self:_value(value, "cdf")) / self.scale):exp()):exp()
end
function Gumbel:icdf(value)
  return self.loc - self.scale * (-values.quantile(self, value):log()):log()
end
function Gumbel:entropy() return self.scale:log() + (1 + EULER) end

return Gumbel
