--- torch.distributions.OneHotCategoricalStraightThrough(probs: Tensor = nil, logits: Tensor = nil, *,
-- validate_args: bool = true): OneHotCategorical whose samples pass their gradient on to the probabilities
-- (Bengio et al. 2013).
-- Example: torch.distributions.OneHotCategoricalStraightThrough(torch.ones(2)):rsample().shape
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local OneHotCategorical = require "torch.distributions.OneHotCategorical"

local OneHotCategoricalStraightThrough = define("OneHotCategoricalStraightThrough", {
  {"probs", constraints.simplex, event = 1}, {"logits", constraints.real_vector, event = 1},
  either = {"probs", "logits"}, parent = OneHotCategorical, support = constraints.one_hot, enumerable = true,
  rsample = true, init = OneHotCategorical._init, rebuild = OneHotCategorical._rebuild})

function OneHotCategoricalStraightThrough:_rsample(shape)
  local p = self.probs
  return self:sample(shape) + (p - p:detach())
end

return OneHotCategoricalStraightThrough
