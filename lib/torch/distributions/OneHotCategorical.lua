--- torch.distributions.OneHotCategorical(probs: Tensor = nil, logits: Tensor = nil, *, validate_args: bool = true):
-- Vectors with a 1 at the position that Categorical draws, else 0.
-- Example: torch.distributions.OneHotCategorical(torch.tensor{0.2, 0.8}):log_prob(torch.tensor{0.0, 1.0})
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Categorical = require "torch.distributions.Categorical"
local F = torch.nn.functional

local function init(self, given)
  local c = Categorical(given.probs, given.logits, {validate_args = self._validates})
  local name = c._given[1]
  self[name], self._given = c[name], {name}
  self:_shapes(c.batch_shape, {c._num_events})
end

local OneHotCategorical = define("OneHotCategorical", {{"probs", constraints.simplex, event = 1},
  {"logits", constraints.real_vector, event = 1}, either = {"probs", "logits"}, support = constraints.one_hot,
  enumerable = true, init = init,
  rebuild = function(self)
    local name = self._given[1]
    self._categorical = Categorical({[name] = self[name], validate_args = false})
  end})

function OneHotCategorical:__get_probs() return self._categorical.probs end
function OneHotCategorical:__get_logits() return self._categorical.logits end
function OneHotCategorical:__get_mean() return self.probs end
function OneHotCategorical:__get_mode()
  return F.one_hot(self.probs:argmax(-1), self.event_shape[1]):to(self.probs.dtype)
end
function OneHotCategorical:__get_variance() return self.probs * (1 - self.probs) end

function OneHotCategorical:_sample(shape)
  return F.one_hot(self._categorical:sample(shape), self.event_shape[1]):to(self.probs.dtype)
end
function OneHotCategorical:log_prob(value)
  value = self:_value(value, "log_prob")
  return self._categorical:log_prob(value:argmax(-1))
end
function OneHotCategorical:entropy() return self._categorical:entropy() end
function OneHotCategorical:enumerate_support(expand)
  local n, ones = self.event_shape[1], {}
  for i = 1, #self.batch_shape do ones[i] = 1 end
  local all = torch.eye(n, {dtype = self[self._given[1]].dtype}):view(self._join({n}, ones, {n}))
  return expand == false and all or all:expand(self._join({n}, self.batch_shape, {n}))
end

return OneHotCategorical
