--- Errors of regressions: means of a function of prediction and target.
local options = require "torch.utils.options"
local pair = require "torchmetrics.regression.pair"
local ratios = require "torchmetrics.ratios"
local rows = require "torchmetrics.rows"

local EPSILON <const> = 1.17e-06

local function define(row)
  row.family, row.inputs, row.differentiable = "regression", row.inputs or pair.inputs, true
  if row.higher_is_better == nil then row.higher_is_better = false end
  return rows.define(row)
end

--- The sum of an error over the samples and their number.
local function sums(error_of, shape)
  return function(o, preds, target)
    preds, target = (shape or pair.check)(o, preds, target)
    return {sum = error_of(o, preds, target), total = shape and target:size(1) or target:numel()}
  end
end
local SUMS <const> = {sum = "sum", total = "sum"}
local function mean(_, s) return s.sum / s.total end

define {"mean_absolute_error", class = "MeanAbsoluteError", options = {pair.num_outputs}, states = SUMS,
  doc = "The mean of |preds - target|.", update = sums(function(_, p, t) return (p - t):abs():sum(1) end, pair.outputs),
  compute = mean,
  example = "torchmetrics.functional.mean_absolute_error(torch.tensor({1., 2}), torch.tensor({1., 4}))"}

define {"mean_squared_error", class = "MeanSquaredError", states = SUMS,
  options = {{"squared", kind = "boolean", default = true}, pair.num_outputs},
  doc = "The mean of (preds - target)², or the root of it (squared = false).",
  update = sums(function(_, p, t) return (p - t):square():sum(1) end, pair.outputs),
  compute = function(o, s) return o.squared and mean(o, s) or mean(o, s):sqrt() end,
  example = "torchmetrics.functional.mean_squared_error(torch.tensor({1., 2}), torch.tensor({1., 4}))"}

define {"mean_squared_log_error", class = "MeanSquaredLogError", states = SUMS, compute = mean,
  doc = "The mean of (log(1 + preds) - log(1 + target))².",
  update = sums(function(_, p, t) return (p:log1p() - t:log1p()):square():sum() end)}

define {"mean_absolute_percentage_error", class = "MeanAbsolutePercentageError", states = SUMS, compute = mean,
  doc = "The mean of |preds - target| / |target|.",
  update = sums(function(_, p, t) return ((p - t):abs() / t:abs():clamp({min = EPSILON})):sum() end)}

define {"symmetric_mean_absolute_percentage_error", class = "SymmetricMeanAbsolutePercentageError", states = SUMS,
  doc = "The mean of 2 |preds - target| / (|preds| + |target|).", compute = mean,
  update = sums(function(_, p, t)
    return ((p - t):abs() / (t:abs() + p:abs()):clamp({min = EPSILON})):sum() * 2
  end)}

define {"weighted_mean_absolute_percentage_error", class = "WeightedMeanAbsolutePercentageError",
  states = {sum = "sum", scale = "sum"}, doc = "The sum of |preds - target| over that of |target|.",
  update = function(o, preds, target)
    local p, t = pair.check(o, preds, target)
    return {sum = (p - t):abs():sum(), scale = t:abs():sum()}
  end,
  compute = function(_, s) return s.sum / s.scale:clamp({min = EPSILON}) end}

define {"log_cosh_error", class = "LogCoshError", class_options = {pair.num_outputs}, states = SUMS,
  doc = "The mean of log cosh(preds - target), for each output.",
  update = sums(function(_, p, t)
    local d = p - t
    return (d + torch.nn.functional.softplus(d * -2) - math.log(2)):sum(1)
  end, pair.columns), compute = mean}

define {"minkowski_distance", class = "MinkowskiDistance", states = {sum = "sum"},
  inputs = {{"preds", kind = "tensor", required = true}, {"targets", kind = "tensor", required = true}},
  options = {{"p", kind = "number", required = true, least = 1}},
  doc = "The p-th root of the sum of |preds - targets|^p.",
  update = function(o, preds, target)
    local x, y = pair.check(o, preds, target)
    return {sum = (x - y):abs():pow(o.p):sum()}
  end,
  compute = function(o, s) return s.sum:pow(1 / o.p) end}

-- ---- relative to the targets ----------------------------------------------------------------

local function moments(o, preds, target)
  local p, t = pair.columns(o, preds, target)
  return {squares = t:square():sum(1), sum = t:sum(1), residual = (t - p):square():sum(1), total = t:size(1)}
end
local MOMENTS <const> = {squares = "sum", sum = "sum", residual = "sum", total = "sum"}
local MULTIOUTPUT <const> = {"multioutput", kind = "string", default = "uniform_average",
  choices = {"raw_values", "uniform_average", "variance_weighted"}}

--- The scores of the outputs as one, or as they are.
local function combined(o, scores, variance)
  if o.multioutput == "raw_values" then return scores end
  if o.multioutput == "uniform_average" then return scores:mean() end
  return (variance / variance:sum() * scores):sum()
end

local function r2_score(o, s)
  if s.total < 2 then options.raise(("%s: expected at least 2 samples, got %d"):format(o._name, s.total)) end
  local variance = s.squares - s.sum * (s.sum / s.total)
  local far, varies = s.residual:abs():gt(1e-4), variance:abs():gt(1e-4)
  local scores = torch.where(varies, 1 - s.residual / variance, torch.zeros_like(variance))
  scores = torch.where(far, scores, torch.ones_like(scores))
  local r2 = combined(o, scores, variance)
  if o.adjusted == 0 then return r2 end
  if o.adjusted >= s.total - 1 then
    options.warn(o._name .. ": as many regressors as samples or more; the plain score is given")
    return r2
  end
  return 1 - (1 - r2) * ((s.total - 1) / (s.total - o.adjusted - 1))
end
define {"r2_score", class = "R2Score", higher_is_better = true, states = MOMENTS, update = moments, compute = r2_score,
  options = {{"adjusted", kind = "count", default = 0}, MULTIOUTPUT},
  doc = "The coefficient of determination: the share of the variance that is explained."}

define {"relative_squared_error", class = "RelativeSquaredError", states = MOMENTS, update = moments,
  options = {{"squared", kind = "boolean", default = true}}, class_options = {pair.num_outputs,
    {"squared", kind = "boolean", default = true}},
  doc = "The squared error relative to that of the mean of the targets.",
  compute = function(o, s)
    local eps = torch.finfo(s.residual.dtype).eps
    local x = s.residual / (s.squares - s.sum * s.sum / s.total):clamp({min = eps})
    return (o.squared and x or x:sqrt()):mean()
  end}

define {"explained_variance", class = "ExplainedVariance", higher_is_better = true, options = {MULTIOUTPUT},
  states = {errors = "sum", squared_errors = "sum", sum = "sum", squares = "sum", total = "sum"},
  doc = "The share of the variance of the targets that is explained.",
  update = function(o, preds, target)
    local p, t = pair.columns(o, preds, target)
    local d = t - p
    return {errors = d:sum(1), squared_errors = d:square():sum(1), sum = t:sum(1), squares = t:square():sum(1),
      total = t:size(1)}
  end,
  compute = function(o, s)
    local left = s.squared_errors / s.total - (s.errors / s.total):square()
    local variance = s.squares / s.total - (s.sum / s.total):square()
    local scores = torch.where(variance:ne(0), 1 - left / variance, torch.zeros_like(left))
    scores = torch.where(left:ne(0), scores, torch.ones_like(scores))
    return combined(o, scores, variance)
  end}

--- What the root of the mean squared error is divided by.
local SCALES <const> = {
  mean = function(s) return s.sum / s.total end,
  range = function(s) return s.highest - s.lowest end,
  std = function(s) return (s.squares / s.total - (s.sum / s.total):square()):sqrt() end,
  l2 = function(s) return s.squares:sqrt() end,
}
define {"normalized_root_mean_squared_error", class = "NormalizedRootMeanSquaredError",
  options = {{"normalization", kind = "string", choices = {"mean", "range", "std", "l2"}, default = "mean"},
    pair.num_outputs},
  states = {residual = "sum", sum = "sum", squares = "sum", total = "sum", lowest = "min", highest = "max"},
  doc = "The root of the mean squared error over the mean, range, standard deviation or norm of the targets.",
  update = function(o, preds, target)
    local p, t = pair.outputs(o, preds, target)
    return {residual = (p - t):square():sum(1), sum = t:sum(1), squares = t:square():sum(1), total = t:size(1),
      lowest = t:amin(1), highest = t:amax(1)}
  end,
  compute = function(o, s) return (s.residual / s.total):sqrt() / SCALES[o.normalization](s) end}

define {"critical_success_index", class = "CriticalSuccessIndex", higher_is_better = true,
  options = {{"threshold", kind = "number", required = true}, {"keep_sequence_dim", kind = "integer"}},
  states = {hits = "sum", misses = "sum", alarms = "sum"},
  doc = "How many events (values of at least the threshold) are predicted, among all that are there or predicted.",
  update = function(o, preds, target)
    local p, t = pair.check(o, preds, target)
    local yes, is, dims = p:ge(o.threshold), t:ge(o.threshold), nil
    if o.keep_sequence_dim then
      local kept = options.dim(o._name, "keep_sequence_dim", nil, o.keep_sequence_dim, p.ndim)
      dims = {}
      for i = 1, p.ndim do if i ~= kept then dims[#dims + 1] = i end end
    end
    local function sum(x)
      if dims and #dims > 0 then return x:sum(dims) end
      return dims and x:long() or x:sum()
    end
    return {hits = sum(yes:logical_and(is)), misses = sum(is:logical_and(yes:logical_not())),
      alarms = sum(yes:logical_and(is:logical_not()))}
  end,
  compute = function(_, s) return ratios.divide(s.hits, s.hits + s.misses + s.alarms) end}
