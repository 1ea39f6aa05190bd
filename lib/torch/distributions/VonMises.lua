--- torch.distributions.VonMises(loc: Tensor, concentration: Tensor, *, validate_args: bool = true): Angles around loc,
-- from -π to π.
-- Example: torch.distributions.VonMises(0, 1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local VonMises = define("VonMises", {{"loc", constraints.real}, {"concentration", constraints.positive},
  support = constraints.real})

function VonMises:__get_mean() return self.loc end
function VonMises:__get_mode() return self.loc end
--- The circular variance, from 0 to 1.
function VonMises:__get_variance()
  return 1 - torch.special.i1e(self.concentration) / torch.special.i0e(self.concentration)
end

function VonMises:_sample(shape)
  local k = self.concentration:expand(self:_extended_shape(shape))
  local angle = torch._C.call("von_mises_sample", k:double()) + self.loc + math.pi
  return (angle:remainder(2 * math.pi) - math.pi):to(self.loc.dtype)
end
function VonMises:log_prob(value)
  value = self:_value(value, "log_prob")
  local k = self.concentration
  return k * ((value - self.loc):cos() - 1) - math.log(2 * math.pi) - torch.special.i0e(k):log()
end

return VonMises
