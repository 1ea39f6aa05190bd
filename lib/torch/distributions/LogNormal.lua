--- torch.distributions.LogNormal(loc: Tensor, scale: Tensor, *, validate_args: bool = true): exp(x) for normal
-- numbers x of this mean and standard deviation.
-- Example: torch.distributions.LogNormal(0, 1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Normal = require "torch.distributions.Normal"
local transforms = require "torch.distributions.transforms"

local LogNormal = define("LogNormal", {{"loc", constraints.real}, {"scale", constraints.positive},
  support = constraints.positive, base = function(self)
    return Normal(self.loc, self.scale, {validate_args = self._validates}), {transforms.ExpTransform()}
  end})

function LogNormal:__get_mean() return (self.loc + self.scale:pow(2) / 2):exp() end
function LogNormal:__get_mode() return (self.loc - self.scale:square()):exp() end
function LogNormal:__get_variance()
  local square = self.scale:pow(2)
  return square:expm1() * (self.loc * 2 + square):exp()
end
function LogNormal:entropy() return self.base_dist:entropy() + self.loc end

return LogNormal
