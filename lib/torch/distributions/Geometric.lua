--- torch.distributions.Geometric(probs: Tensor = nil, logits: Tensor = nil, *, validate_args: bool = true): The number
-- of failures before the first success, from 0 on.
-- Example: torch.distributions.Geometric(0.3):log_prob(torch.tensor(2.0))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local F = torch.nn.functional

local Geometric = define("Geometric", {{"probs", constraints.unit_interval}, {"logits", constraints.real},
  either = {"probs", "logits"}, support = constraints.nonnegative_integer, finish = function(self)
    if self._validates and rawequal(self._given[1], "probs") and not self.probs:gt(0):all():item() then
      torch._C.raise(("Geometric: 'probs' (argument 1): expected probabilities above 0, got %s"):format(
        self._first_outside(self.probs, self.probs:gt(0))))
    end
  end})

function Geometric:__get_probs() return values.logits_to_probs(self.logits, true) end
function Geometric:__get_logits() return values.probs_to_logits(self.probs, true) end
function Geometric:__get_mean() return self.probs:reciprocal() - 1 end
function Geometric:__get_mode() return torch.zeros_like(self.probs) end
function Geometric:__get_variance()
  local p = self.probs
  return (p:reciprocal() - 1) / p
end

function Geometric:_sample(shape)
  local p = self.probs
  local u = values.open_uniform(self:_extended_shape(shape), p)
  return (u:log() / (-p):log1p()):floor()
end
function Geometric:log_prob(value)
  value = self:_value(value, "log_prob")
  local p = self.probs
  value, p = torch.broadcast_tensors(value, p)
  local failing = p:masked_fill(p:eq(1) & value:eq(0), 0)
  return value * (-failing):log1p() + self.probs:log()
end
function Geometric:entropy()
  return F.binary_cross_entropy_with_logits(self.logits, self.probs, {reduction = "none"}) / self.probs
end

return Geometric
