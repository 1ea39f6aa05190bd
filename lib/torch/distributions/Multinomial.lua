--- torch.distributions.Multinomial(total_count: int = 1, probs: Tensor = nil, logits: Tensor = nil, *,
-- validate_args: bool = true): How often each position came in total_count draws of Categorical.
-- Example: torch.distributions.Multinomial(3, torch.tensor{0.2, 0.8}):log_prob(torch.tensor{1.0, 2.0})
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Binomial = require "torch.distributions.Binomial"
local Categorical = require "torch.distributions.Categorical"

local function init(self, given)
  local c = Categorical(given.probs, given.logits, {validate_args = self._validates})
  local name = c._given[1]
  self[name], self._given = c[name], {name}
  self:_shapes(c.batch_shape, {c._num_events})
end

local Multinomial = define("Multinomial", {{"total_count", plain = true, kind = "count", default = 1},
  {"probs", constraints.simplex, event = 1}, {"logits", constraints.real_vector, event = 1},
  either = {"probs", "logits"}, init = init,
  rebuild = function(self)
    local name = self._given[1]
    self._categorical = Categorical({[name] = self[name], validate_args = false})
  end})

function Multinomial:__get_support() return constraints.multinomial(self.total_count) end
function Multinomial:__get_probs() return self._categorical.probs end
function Multinomial:__get_logits() return self._categorical.logits end
function Multinomial:__get_mean() return self.probs * self.total_count end
function Multinomial:__get_variance() return self.probs * (1 - self.probs) * self.total_count end

function Multinomial:_sample(shape)
  local drawn = self._categorical:sample(values.join({self.total_count}, shape)):movedim(1, -1)
  local counts = torch.zeros(self:_extended_shape(shape), {dtype = self.probs.dtype})
  return counts:scatter_add_(-1, drawn, torch.ones(drawn.shape, {dtype = counts.dtype}))
end
function Multinomial:log_prob(value)
  value = self:_value(value, "log_prob")
  local logits
  logits, value = torch.broadcast_tensors(self.logits, value)
  logits = logits:masked_fill(value:eq(0) & logits:eq(-math.huge), 0)
  return (value:sum(-1) + 1):lgamma() - (value + 1):lgamma():sum(-1) + (logits * value):sum(-1)
end
function Multinomial:entropy()
  local n = self.total_count
  local whole = self._categorical:entropy() * n - torch.tensor(n + 1.0, {dtype = torch.float64}):lgamma():item()
  local each = Binomial(n, self.probs)
  local counts = each:enumerate_support(false):narrow(1, 2, n)
  return whole + (each:log_prob(counts):exp() * (counts + 1):lgamma()):sum({1, -1})
end

return Multinomial
