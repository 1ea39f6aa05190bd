--- torch.distributions.Bernoulli(probs: Tensor = nil, logits: Tensor = nil, *, validate_args: bool = true): 1 with a
-- probability, else 0. Either the probability is given or its logarithmic odds.
-- Example: torch.distributions.Bernoulli(0.3):log_prob(torch.tensor(1.0))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local F = torch.nn.functional

local Bernoulli = define("Bernoulli", {{"probs", constraints.unit_interval}, {"logits", constraints.real},
  either = {"probs", "logits"}, support = constraints.boolean, enumerable = true})

function Bernoulli:__get_probs() return values.logits_to_probs(self.logits, true) end
function Bernoulli:__get_logits() return values.probs_to_logits(self.probs, true) end
function Bernoulli:__get_mean() return self.probs end
function Bernoulli:__get_mode()
  local p = self.probs
  return p:ge(0.5):to(p.dtype):masked_fill(p:eq(0.5), 0 / 0)
end
function Bernoulli:__get_variance() return self.probs * (1 - self.probs) end

function Bernoulli:_sample(shape) return torch.bernoulli(self.probs:expand(self:_extended_shape(shape))) end
function Bernoulli:log_prob(value)
  value = self:_value(value, "log_prob")
  local logits = self.logits
  logits, value = torch.broadcast_tensors(logits, value)
  return -F.binary_cross_entropy_with_logits(logits, value:to(logits.dtype), {reduction = "none"})
end
function Bernoulli:entropy()
  return F.binary_cross_entropy_with_logits(self.logits, self.probs, {reduction = "none"})
end
function Bernoulli:enumerate_support(expand)
  return self:_enumerated(0, 2, expand, self[self._given[1]].dtype)
end

return Bernoulli
