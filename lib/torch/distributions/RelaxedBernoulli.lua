--- torch.distributions.RelaxedBernoulli(temperature: Tensor, probs: Tensor = nil, logits: Tensor = nil, *,
-- validate_args: bool = true): Numbers of (0, 1), near 0 or 1 where the temperature is low, whose samples carry
-- gradients.
-- Example: torch.distributions.RelaxedBernoulli(0.5, 0.3):rsample().shape
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Logit = require "torch.distributions.relaxed".LogitRelaxedBernoulli
local transforms = require "torch.distributions.transforms"

local RelaxedBernoulli = define("RelaxedBernoulli", {{"temperature", constraints.positive},
  {"probs", constraints.unit_interval}, {"logits", constraints.real}, either = {"probs", "logits"},
  support = constraints.unit_interval, base = function(self)
    return Logit({temperature = self.temperature, [self._given[2]] = self[self._given[2]], validate_args = false}),
      {transforms.SigmoidTransform()}
  end})

function RelaxedBernoulli:__get_probs() return self.base_dist.probs end
function RelaxedBernoulli:__get_logits() return self.base_dist.logits end

return RelaxedBernoulli
