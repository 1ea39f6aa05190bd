--- torch.distributions.Binomial(total_count: Tensor = 1, probs: Tensor = nil, logits: Tensor = nil, *,
-- validate_args: bool = true): The number of successes in total_count trials.
-- Example: torch.distributions.Binomial(10, 0.3):log_prob(torch.tensor(2.0))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Binomial = define("Binomial", {{"total_count", constraints.nonnegative_integer, default = 1},
  {"probs", constraints.unit_interval}, {"logits", constraints.real}, either = {"probs", "logits"}, enumerable = true,
  rebuild = function(self) self.total_count = self.total_count:to(self[self._given[2]].dtype) end})

function Binomial:__get_support() return constraints.integer_interval(0, self.total_count) end
function Binomial:__get_probs() return values.logits_to_probs(self.logits, true) end
function Binomial:__get_logits() return values.probs_to_logits(self.probs, true) end
function Binomial:__get_mean() return self.total_count * self.probs end
function Binomial:__get_mode()
  return torch.minimum(((self.total_count + 1) * self.probs):floor(), self.total_count)
end
function Binomial:__get_variance() return self.total_count * self.probs * (1 - self.probs) end

function Binomial:_sample(shape)
  local size = self:_extended_shape(shape)
  return torch.binomial(self.total_count:expand(size), self.probs:expand(size))
end

--- max(x, 0) with the gradient of one half at 0.
local function above_zero(x) return (x:clamp(0) + x - x:clamp({max = 0})) / 2 end

function Binomial:log_prob(value)
  value = self:_value(value, "log_prob")
  local n, logits = self.total_count, self.logits
  local ways = (n + 1):lgamma() - (value + 1):lgamma() - (n - value + 1):lgamma()
  return ways + value * logits - n * (above_zero(logits) + (-logits:abs()):exp():log1p())
end

--- The one count of trials that all of the batch have.
local function only_count(self, what)
  local n = self.total_count
  local count = n:max():item()
  if n:min():item() ~= count then
    torch._C.raise(("Binomial: %s is not defined for different counts in a batch"):format(what))
  end
  return math.tointeger(count)
end
function Binomial:entropy()
  only_count(self, "entropy")
  local p = self:log_prob(self:enumerate_support(false))
  return -(p:exp() * p):sum(1)
end
function Binomial:enumerate_support(expand)
  return self:_enumerated(0, 1 + only_count(self, "enumerate_support"), expand, self[self._given[2]].dtype)
end

return Binomial
