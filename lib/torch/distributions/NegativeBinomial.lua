--- torch.distributions.NegativeBinomial(total_count: Tensor, probs: Tensor = nil, logits: Tensor = nil, *,
-- validate_args: bool = true): The number of successes before total_count failures.
-- Example: torch.distributions.NegativeBinomial(3, 0.3):log_prob(torch.tensor(2.0))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Gamma = require "torch.distributions.Gamma"
local F = torch.nn.functional

local NegativeBinomial = define("NegativeBinomial", {{"total_count", constraints.greater_than_eq(0)},
  {"probs", constraints.half_open_interval(0.0, 1.0)}, {"logits", constraints.real}, either = {"probs", "logits"},
  support = constraints.nonnegative_integer,
  rebuild = function(self) self.total_count = self.total_count:to(self[self._given[2]].dtype) end})

function NegativeBinomial:__get_probs() return values.logits_to_probs(self.logits, true) end
function NegativeBinomial:__get_logits() return values.probs_to_logits(self.probs, true) end
function NegativeBinomial:__get_mean() return self.total_count * self.logits:exp() end
function NegativeBinomial:__get_mode() return ((self.total_count - 1) * self.logits:exp()):floor():clamp(0) end
function NegativeBinomial:__get_variance() return self.mean / (-self.logits):sigmoid() end

function NegativeBinomial:_sample(shape)
  return torch.poisson(Gamma(self.total_count, (-self.logits):exp(), {validate_args = false}):sample(shape))
end
function NegativeBinomial:log_prob(value)
  value = self:_value(value, "log_prob")
  local n, logits = self.total_count, self.logits
  local odds = n * F.logsigmoid(-logits) + value * F.logsigmoid(logits)
  local ways = (n + value):lgamma() - (1 + value):lgamma() - n:lgamma()
  return odds + ways:masked_fill((n + value):eq(0), 0)
end

return NegativeBinomial
