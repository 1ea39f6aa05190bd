--- torch.distributions.LogisticNormal(loc: Tensor, scale: Tensor, *, validate_args: bool = true): Vectors of
-- probabilities, one more than loc has numbers: a stick broken at places that normal numbers tell.
-- Example: torch.distributions.LogisticNormal(torch.zeros(2), torch.ones(2)):sample().shape
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Normal = require "torch.distributions.Normal"
local transforms = require "torch.distributions.transforms"

-- Numbers are one place where the stick is broken.
local LogisticNormal = define("LogisticNormal", {{"loc", constraints.real, event = 1},
  {"scale", constraints.positive, event = 1}, support = constraints.simplex, base = function(self)
    local base = Normal(self.loc, self.scale, {validate_args = self._validates})
    if #base.batch_shape == 0 then base = base:expand {1} end
    return base, {transforms.StickBreakingTransform()}
  end})

return LogisticNormal
