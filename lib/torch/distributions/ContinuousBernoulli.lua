--- torch.distributions.ContinuousBernoulli(probs: Tensor = nil, logits: Tensor = nil, lims: table = {0.499, 0.501},
-- *, validate_args: bool = true): Numbers of [0, 1] with a density that goes with probs^x (1 - probs)^(1 - x).
-- Between lims, around 1/2, series are taken instead of quotients of small numbers.
-- Example: torch.distributions.ContinuousBernoulli(0.3):log_prob(torch.tensor(0.4))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local F = torch.nn.functional

local ContinuousBernoulli = define("ContinuousBernoulli", {{"probs", constraints.unit_interval},
  {"logits", constraints.real}, {"lims", plain = true, kind = "table", default = {0.499, 0.501}},
  either = {"probs", "logits"}, support = constraints.unit_interval, rsample = true,
  finish = function(self)
    if self._given[1] == "probs" then self.probs = values.clamp_probs(self.probs) end
  end})

--- Probabilities away from 1/2, the lower limit in place of the others; and where they are away.
local function cut(self, p)
  local away = p:le(self.lims[1]) | p:gt(self.lims[2])
  return torch.where(away, p, torch.full_like(p, self.lims[1])), away
end
local function log_odds(p) return (-p):log1p() - p:log() end

--- The logarithm of the factor that makes the density integrate to 1.
local function log_norm(self)
  local p = self.probs
  local q, away = cut(self, p)
  local below = q:le(0.5)
  local low = torch.where(below, q, torch.zeros_like(q))
  local high = torch.where(below, torch.ones_like(q), q)
  local exact = log_odds(q):abs():log() - torch.where(below, (low * -2):log1p(), (high * 2 - 1):log())
  local x = (p - 0.5):pow(2)
  return torch.where(away, exact, math.log(2) + (4 / 3 + x * (104 / 45)) * x)
end

function ContinuousBernoulli:__get_probs() return values.clamp_probs(values.logits_to_probs(self.logits, true)) end
function ContinuousBernoulli:__get_logits() return values.probs_to_logits(self.probs, true) end
function ContinuousBernoulli:__get_mean()
  local p = self.probs
  local q, away = cut(self, p)
  local x = p - 0.5
  return torch.where(away, q / (q * 2 - 1) + log_odds(q):reciprocal(), 0.5 + (1 / 3 + x:pow(2) * (16 / 45)) * x)
end
function ContinuousBernoulli:__get_variance()
  local p = self.probs
  local q, away = cut(self, p)
  local x = (p - 0.5):pow(2)
  return torch.where(away, q * (q - 1) / (1 - q * 2):pow(2) + log_odds(q):pow(-2),
    1 / 12 - (1 / 15 - x * (128 / 945)) * x)
end

function ContinuousBernoulli:_rsample(shape)
  return self:icdf(torch.rand(self:_extended_shape(shape), {dtype = self.probs.dtype, device = self.probs.device}))
end
function ContinuousBernoulli:log_prob(value)
  value = self:_value(value, "log_prob")
  local logits, x = torch.broadcast_tensors(self.logits, value)
  return log_norm(self) - F.binary_cross_entropy_with_logits(logits, x, {reduction = "none"})
end
function ContinuousBernoulli:cdf(value)
  value = self:_value(value, "cdf")
  local q, away = cut(self, self.probs)
  local exact = (torch.pow(q, value) * torch.pow(1 - q, 1 - value) + q - 1) / (q * 2 - 1)
  return torch.where(away, exact, value):masked_fill(value:le(0), 0):masked_fill(value:ge(1), 1)
end
function ContinuousBernoulli:icdf(value)
  value = values.quantile(self, value)
  local q, away = cut(self, self.probs)
  local exact = ((-q + value * (q * 2 - 1)):log1p() - (-q):log1p()) / -log_odds(q)
  return torch.where(away, exact, value)
end
function ContinuousBernoulli:entropy()
  local p = self.probs
  return self.mean * log_odds(p) - log_norm(self) - (-p):log1p()
end
ContinuousBernoulli._log_norm = log_norm

return ContinuousBernoulli
