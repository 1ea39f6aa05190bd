--- Distances of distributions and directions.
local options = require "torch.utils.options"
local pair = require "torchmetrics.regression.pair"
local rows = require "torchmetrics.rows"

local function define(row)
  row.family, row.differentiable = "regression", true
  return rows.define(row)
end

local function reduction(default)
  return {"reduction", kind = "string", choices = {"mean", "sum", "none"}, default = default}
end

local function reduced(o, x)
  if o.reduction == "none" then return x end
  return o.reduction == "sum" and x:sum() or x:mean()
end

local TWO <const> = {{"p", kind = "tensor", required = true}, {"q", kind = "tensor", required = true}}
local function check_rows(o, p, q)
  p, q = pair.check(o, p, q)
  if p.ndim ~= 2 then options.wrong(o._name, TWO[1][1], 1, "distributions (N, D)", p) end
  return p, q
end

--- The divergence of each row, of probabilities that need not sum to 1, or of their logarithms.
local function kl(o, p, q)
  if o.log_prob then return (p:exp() * (p - q)):sum(-1) end
  p, q = p / p:sum(-1, {keepdim = true}), q / q:sum(-1, {keepdim = true})
  q = q:clamp({min = torch.finfo(q.dtype).eps})
  return torch.special.xlogy(p, p / q):sum(-1)
end

local LOG_PROB <const> = {"log_prob", kind = "boolean", default = false}
local function value(o, s) return reduced(o, s.measures) end

define {"kl_divergence", class = "KLDivergence", inputs = TWO, options = {LOG_PROB, reduction "mean"},
  states = {measures = "cat"}, higher_is_better = false, compute = value,
  doc = "The divergence of Kullback and Leibler of q from p: the sum of p log(p / q).",
  update = function(o, p, q) return {measures = kl(o, check_rows(o, p, q))} end}

define {"jensen_shannon_divergence", class = "JensenShannonDivergence", inputs = TWO,
  options = {LOG_PROB, reduction "mean"}, states = {measures = "cat"}, higher_is_better = false, compute = value,
  doc = "The divergence of Jensen and Shannon: the mean of those of p and q from their mean.",
  update = function(o, p, q)
    p, q = check_rows(o, p, q)
    local mean
    if o.log_prob then mean = torch.logaddexp(p, q) - math.log(2)
    else
      p, q = p / p:sum(-1, {keepdim = true}), q / q:sum(-1, {keepdim = true})
      mean = (p + q) / 2
    end
    return {measures = kl(o, p, mean) / 2 + kl(o, q, mean) / 2}
  end}

define {"cosine_similarity", class = "CosineSimilarity", inputs = pair.inputs, options = {reduction "sum"},
  states = {preds = "cat", target = "cat"}, higher_is_better = true,
  doc = "The cosine of the angle between each row of preds and of target (N, D).",
  update = function(o, preds, target)
    preds, target = pair.check(o, preds, target)
    if preds.ndim ~= 2 then options.wrong(o._name, "preds", 1, "(N, D)", preds) end
    return {preds = preds:float(), target = target:float()}
  end,
  compute = function(o, s)
    local x, y = s.preds, s.target
    return reduced(o, (x * y):sum(-1) / (x:norm(2, -1) * y:norm(2, -1)))
  end}

--- Twice the deviance of each prediction, by the power of the variance.
local function deviance(o, p, t)
  local power = o.power
  if power > 0 and power < 1 then options.wrong(o._name, "power", nil, "a number not between 0 and 1", power) end
  local function check(x, name, bad, expected)
    if bad:any():item() then options.wrong(o._name, name, nil, expected .. (" with power %s"):format(power), x) end
  end
  if power ~= 0 then check(p, "preds", p:le(0), "numbers above 0") end
  if power >= 1 and power < 2 then check(t, "targets", t:lt(0), "numbers of 0 or more")
  elseif power >= 2 then check(t, "targets", t:le(0), "numbers above 0") end
  if power == 0 then return (t - p):square() end
  if power == 1 then return (torch.special.xlogy(t, t / p) + p - t) * 2 end
  if power == 2 then return ((p / t):log() + t / p - 1) * 2 end
  local a = t:clamp({min = 0}):pow(2 - power) / ((1 - power) * (2 - power))
  return (a - t * p:pow(1 - power) / (1 - power) + p:pow(2 - power) / (2 - power)) * 2
end

define {"tweedie_deviance_score", class = "TweedieDevianceScore", higher_is_better = false,
  inputs = {{"preds", kind = "tensor", required = true}, {"targets", kind = "tensor", required = true}},
  options = {{"power", kind = "number", default = 0}}, states = {sum = "sum", total = "sum"},
  doc = "The mean deviance of a Tweedie distribution: power 0 is normal, 1 Poisson, 2 gamma.",
  update = function(o, preds, target)
    local p, t = pair.check(o, preds, target)
    return {sum = deviance(o, p, t):sum(), total = p:numel()}
  end,
  compute = function(_, s) return s.sum / s.total end}

define {"continuous_ranked_probability_score", class = "ContinuousRankedProbabilityScore", higher_is_better = false,
  inputs = pair.inputs, states = {sum = "sum", total = "sum"},
  doc = "The continuous ranked probability score of an ensemble: preds (N, M), target (N).",
  update = function(o, preds, target)
    if preds.ndim ~= 2 or preds:size(2) < 2 or target.ndim ~= 1 or target:size(1) ~= preds:size(1)
      or preds:size(1) == 0 then
      options.wrong(o._name, "preds", 1, "an ensemble (N, M) of 2 members or more for targets (N)", preds)
    end
    local m = preds:size(2)
    local off = (preds - target:unsqueeze(2)):abs():sum(2) / m
    local spread = (preds:unsqueeze(3) - preds:unsqueeze(2)):abs():sum({2, 3}) / (2 * m * m)
    return {sum = (off - spread):sum(), total = preds:size(1)}
  end,
  compute = function(_, s) return s.sum / s.total end}
