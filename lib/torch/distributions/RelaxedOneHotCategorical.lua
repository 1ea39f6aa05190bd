--- torch.distributions.RelaxedOneHotCategorical(temperature: Tensor, probs: Tensor = nil, logits: Tensor = nil, *,
-- validate_args: bool = true): Vectors of probabilities, near a corner where the temperature is low, whose samples
-- carry gradients.
-- Example: torch.distributions.RelaxedOneHotCategorical(0.5, torch.ones(3)):rsample().shape
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Exp = require "torch.distributions.relaxed".ExpRelaxedCategorical
local transforms = require "torch.distributions.transforms"

local RelaxedOneHotCategorical = define("RelaxedOneHotCategorical", {{"temperature", constraints.positive},
  {"probs", constraints.simplex, event = 1}, {"logits", constraints.real_vector, event = 1},
  either = {"probs", "logits"}, support = constraints.simplex, init = Exp._init, base = function(self)
    return Exp({temperature = self.temperature, [self._given[2]] = self[self._given[2]], validate_args = false}),
      {transforms.ExpTransform()}
  end})

function RelaxedOneHotCategorical:__get_probs() return self.base_dist.probs end
function RelaxedOneHotCategorical:__get_logits() return self.base_dist.logits end

return RelaxedOneHotCategorical
