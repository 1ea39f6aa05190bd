--- torch.distributions.GeneralizedPareto(loc: Tensor, scale: Tensor, concentration: Tensor, *,
-- validate_args: bool = true): What exceeds a high threshold loc.
-- Example: torch.distributions.GeneralizedPareto(0, 1, 0.5):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local GeneralizedPareto = define("GeneralizedPareto", {{"loc", constraints.real}, {"scale", constraints.positive},
  {"concentration", constraints.real}, rsample = true})

--- Below a concentration of 0 the numbers have an upper bound.
function GeneralizedPareto:__get_support()
  local upper = (self.loc - self.scale / self.concentration):masked_fill(self.concentration:ge(0), math.huge)
  return constraints.interval(self.loc, upper)
end
function GeneralizedPareto:__get_mean()
  local c = self.concentration
  return (self.loc + self.scale / (1 - c)):masked_fill(c:ge(1), math.huge)
end
function GeneralizedPareto:__get_mode() return self.loc end
function GeneralizedPareto:__get_variance()
  local c = self.concentration
  return (self.scale:pow(2) / ((1 - c):pow(2) * (1 - c * 2))):masked_fill(c:ge(0.5), math.huge)
end

--- The concentration with 1 instead of what is nearly 0, and where that is.
local function safe(self)
  local zero = torch.isclose(self.concentration, torch.zeros_like(self.concentration))
  return torch.where(zero, torch.ones_like(self.concentration), self.concentration), zero
end

--- - log(1 - cdf).
local function hazard(self, value)
  local z = (value - self.loc) / self.scale
  local c, zero = safe(self)
  return torch.where(zero, z, (c * z):log1p() / c)
end

function GeneralizedPareto:_rsample(shape)
  return self:icdf(values.open_uniform(self:_extended_shape(shape), self.loc))
end
function GeneralizedPareto:log_prob(value)
  value = self:_value(value, "log_prob")
  return -self.scale:log() - (1 + self.concentration) * hazard(self, value)
end
function GeneralizedPareto:cdf(value) return -(-hazard(self, self:_value(value, "cdf"))):expm1() end
function GeneralizedPareto:icdf(value)
  local h = -(-values.quantile(self, value)):log1p()
  local c, zero = safe(self)
  return self.loc + self.scale * torch.where(zero, h, (c * h):expm1() / c)
end
function GeneralizedPareto:entropy() return self.scale:log() + self.concentration + 1 end

return GeneralizedPareto
