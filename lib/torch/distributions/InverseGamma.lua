--- torch.distributions.InverseGamma(concentration: Tensor, rate: Tensor, *, validate_args: bool = true): 1 / x for
-- numbers x of Gamma.
-- Example: torch.distributions.InverseGamma(2, 1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Gamma = require "torch.distributions.Gamma"
local transforms = require "torch.distributions.transforms"

local InverseGamma = define("InverseGamma", {{"concentration", constraints.positive}, {"rate", constraints.positive},
  support = constraints.positive, base = function(self)
    return Gamma(self.concentration, self.rate, {validate_args = self._validates}), {transforms.PowerTransform(-1)}
  end})

function InverseGamma:__get_mean()
  local c = self.concentration
  return (self.rate / (c - 1)):masked_fill(c:le(1), math.huge)
end
function InverseGamma:__get_mode() return self.rate / (self.concentration + 1) end
function InverseGamma:__get_variance()
  local c = self.concentration
  return (self.rate:pow(2) / ((c - 1):pow(2) * (c - 2))):masked_fill(c:le(2), math.huge)
end
function InverseGamma:entropy()
  local c = self.concentration
  return c + self.rate:log() + c:lgamma() - (1 + c) * c:digamma()
end

return InverseGamma
