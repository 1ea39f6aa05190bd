-- The distributions behind the relaxed ones (Maddison et al. 2017): before the sigmoid, and before the exponential.
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"
local Categorical = require "torch.distributions.Categorical"
local relaxed = {}

local Logit = define("LogitRelaxedBernoulli", {{"temperature", constraints.positive},
  {"probs", constraints.unit_interval}, {"logits", constraints.real}, either = {"probs", "logits"},
  support = constraints.real, rsample = true})
relaxed.LogitRelaxedBernoulli = Logit

function Logit:__get_probs() return values.logits_to_probs(self.logits, true) end
function Logit:__get_logits() return values.probs_to_logits(self.probs, true) end
function Logit:_rsample(shape)
  local p = values.clamp_probs(self.probs:expand(self:_extended_shape(shape)))
  local u = values.clamp_probs(torch.rand(p.shape, {dtype = p.dtype, device = p.device}))
  return (u:log() - (-u):log1p() + p:log() - (-p):log1p()) / self.temperature
end
function Logit:log_prob(value)
  value = self:_value(value, "log_prob")
  local diff = self.logits - value * self.temperature
  return self.temperature:log() + diff - torch.nn.functional.softplus(diff) * 2
end

local Exp = define("ExpRelaxedCategorical", {{"temperature", constraints.positive},
  {"probs", constraints.simplex, event = 1}, {"logits", constraints.real_vector, event = 1},
  either = {"probs", "logits"}, support = constraints.real_vector, rsample = true,
  init = function(self, given)
    local c = Categorical(given.probs, given.logits, {validate_args = self._validates})
    local name = c._given[1]
    local t = given.temperature
    if not torch.is_tensor(t) then t = torch.tensor(t, {dtype = c[name].dtype}) end
    self[name], self.temperature, self._given = c[name], t:expand(c.batch_shape), {"temperature", name}
    self:_shapes(c.batch_shape, {c._num_events})
  end,
  rebuild = function(self)
    local name = self._given[2]
    self._categorical = Categorical({[name] = self[name], validate_args = false})
  end})
relaxed.ExpRelaxedCategorical = Exp

function Exp:__get_probs() return self._categorical.probs end
function Exp:__get_logits() return self._categorical.logits end
function Exp:_rsample(shape)
  local size = self:_extended_shape(shape)
  local logits = self.logits:expand(size)
  local u = values.clamp_probs(torch.rand(size, {dtype = logits.dtype, device = logits.device}))
  local scores = (logits - (-u:log()):log()) / self.temperature:unsqueeze(-1)
  return scores - scores:logsumexp(-1, true)
end
function Exp:log_prob(value)
  value = self:_value(value, "log_prob")
  local k = self.event_shape[1]
  local factorial = torch.tensor(k + 0.0, {dtype = torch.float64}):lgamma():item()
  local score = self.logits - value * self.temperature:unsqueeze(-1)
  score = (score - score:logsumexp(-1, true)):sum(-1)
  return score + self.temperature:log() * (k - 1) + factorial
end

return relaxed
