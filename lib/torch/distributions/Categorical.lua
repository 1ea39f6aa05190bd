--- torch.distributions.Categorical(probs: Tensor = nil, logits: Tensor = nil, *, validate_args: bool = true):
-- Positions from 1 on, with the probabilities of the last dimension, which need not sum to 1, or their logarithms.
-- Example: torch.distributions.Categorical(torch.tensor{0.2, 0.8}):log_prob(torch.tensor(2))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"
local options = require "torch.utils.options"

-- Probabilities are brought to a sum of 1 and logits to a logsumexp of 0.
local function init(self, given)
  local name = given.probs ~= nil and "probs" or "logits"
  local x = given[name]
  if not torch.is_tensor(x) or x.ndim < 1 then
    options.wrong("Categorical", name, name == "probs" and 1 or 2, "a tensor of at least one dimension", x)
  end
  if name == "probs" then
    if self._validates and options.has_data(x) and not (x:ge(0):all() & x:sum(-1):gt(0):all()):item() then
      options.wrong("Categorical", "probs", 1, "weights of at least 0 with a sum above 0", x)
    end
    self.probs = x / x:sum(-1, true)
  else
    self.logits = x - x:logsumexp(-1, true)
  end
  self._given, self._num_events = {name}, x.shape[-1]
  self:_shapes(values.part(x.shape, 1, -2), {})
end

local Categorical = define("Categorical", {{"probs", constraints.simplex, event = 1},
  {"logits", constraints.real_vector, event = 1}, either = {"probs", "logits"}, enumerable = true, init = init})
Categorical._plain = {"_num_events"}

function Categorical:__get_support() return constraints.integer_interval(1, self._num_events) end
function Categorical:__get_probs() return values.logits_to_probs(self.logits) end
function Categorical:__get_logits() return values.probs_to_logits(self.probs) end
function Categorical:__get_mode() return self[self._given[1]]:argmax(-1) end

function Categorical:_sample(shape)
  local p, n = self.probs, values.product(shape)
  if n == 0 or p:numel() == 0 then return torch.empty(self:_extended_shape(shape), {dtype = torch.int64}) end
  local drawn = torch.multinomial(p:reshape(-1, self._num_events), n, true)
  return drawn:t():reshape(self:_extended_shape(shape))
end
function Categorical:log_prob(value)
  value = self:_value(value, "log_prob"):long():unsqueeze(-1)
  local logits = self.logits
  local shape = torch.broadcast_shapes(values.part(value.shape, 1, -2), self.batch_shape)
  logits = logits:expand(values.join(shape, {self._num_events}))
  return logits:gather(-1, value:expand(values.join(shape, {1}))):squeeze(-1)
end
function Categorical:entropy()
  local logits = self.logits
  logits = logits:clamp(torch.finfo(logits.dtype).min)
  return -(logits * self.probs):sum(-1)
end
function Categorical:enumerate_support(expand)
  return self:_enumerated(1, self._num_events, expand, torch.int64)
end

return Categorical
