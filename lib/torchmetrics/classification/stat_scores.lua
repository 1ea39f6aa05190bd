--- Metrics that are made of the numbers of true and false positives and negatives of each class.
local inputs = require "torchmetrics.classification.inputs"
local options = require "torch.utils.options"
local ratios = require "torchmetrics.ratios"
local tasks = require "torchmetrics.classification.tasks"

-- ---- counting ----------------------------------------------------------------------------

--- The counts of predictions that say yes or no, summed over these dimensions; targets that are neither count not.
local function count(yes, target, dims)
  local is, is_not = target:eq(1), target:eq(0)
  local no = yes:logical_not()
  local function sum(a, b)
    local both = a:logical_and(b)
    if dims then return both:sum(dims) end
    return both:sum()
  end
  return {tp = sum(yes, is), fp = sum(yes, is_not), tn = sum(no, is_not), fn = sum(no, is)}
end

--- Targets whose value is ignored are neither yes nor no.
local function without_ignored(o, target)
  if not o.ignore_index then return target end
  return target:long():masked_fill(target:eq(o.ignore_index), -1)
end

local function check_samples(o, x, least)
  if o.multidim_average == "samplewise" and x.ndim < least then
    options.wrong(o._name, "preds", 1,
      ("at least %d dimensions with multidim_average = \"samplewise\""):format(least), x)
  end
end

local function binary_update(o, preds, target)
  check_samples(o, preds, 2)
  local yes, is = inputs.decided(o, preds, target)
  is = without_ignored(o, is)
  if o.multidim_average == "samplewise" then
    return count(yes:reshape(yes:size(1), -1), is:reshape(is:size(1), -1), {2})
  end
  return count(yes, is)
end

local function check_labels(o, x)
  if x.ndim < 2 or x:size(2) ~= o.num_labels then
    options.wrong(o._name, "preds", 1, ("(N, %d, …), num_labels in the second dimension"):format(o.num_labels), x)
  end
end

local function multilabel_update(o, preds, target)
  check_labels(o, preds)
  check_samples(o, preds, 3)
  local yes, is = inputs.decided(o, preds, target)
  is = without_ignored(o, is)
  yes, is = yes:reshape(yes:size(1), o.num_labels, -1), is:reshape(is:size(1), o.num_labels, -1)
  return count(yes, is, o.multidim_average == "samplewise" and {3} or {1, 3})
end

--- Of matrices of counts: those on the diagonal and beside it.
local function of_confusion(m)
  local tp = m:diagonal()
  local fp, fn = m:sum(1) - tp, m:sum(2) - tp
  return {tp = tp, fp = fp, fn = fn, tn = m:sum() - tp - fp - fn}
end

local function multiclass_update(o, preds, target)
  local p, t = inputs.labels(o, preds, target)
  if o.multidim_average == "global" then
    p, t = inputs.kept(o, p, t)
    return of_confusion(inputs.confusion(p, t, o.num_classes))
  end
  check_samples(o, target, 2)
  local n = t:size(1)
  p, t = p:reshape(n, -1, 1), t:reshape(n, -1, 1)
  local classes = torch.arange(1, o.num_classes + 1, {device = t.device})
  local is = t:eq(classes):long()
  if o.ignore_index then is = is:masked_fill(t:eq(o.ignore_index), -1) end
  return count(p:eq(classes), is, {2})
end

local function states(o)
  local how = o.multidim_average == "samplewise" and "cat" or "sum"
  return {tp = how, fp = how, tn = how, fn = how}
end

-- ---- values ----------------------------------------------------------------------------------

--- The mean of the scores of the classes. `present`: by which a class that is nowhere is left out of a plain mean.
local function averaged(o, score, s, task)
  if o.average == "none" then return score end
  local weights
  if o.average == "weighted" then weights = (s.tp + s.fn):to(score.dtype)
  else
    weights = torch.ones_like(score)
    if task == "multiclass" then
      local there = (o.top_k or 1) == 1 and s.tp + s.fp + s.fn or s.tp + s.fn
      weights = weights:masked_fill(there:eq(0), 0)
    end
  end
  return ratios.divide(weights * score, weights:sum(-1, {keepdim = true})):sum(-1)
end

--- A value that is a ratio of sums of counts: fraction(s, o, task) gives what is above and below the line.
local function ratio(fraction, task, complement)
  local function score(o, s)
    local above, below = fraction(s, o, task)
    local value = ratios.divide(above, below, complement and 0 or o.zero_division or 0)
    return complement and 1 - value or value
  end
  return function(o, s)
    if task == "binary" then return score(o, s) end
    if o.average ~= "micro" then return averaged(o, score(o, s), s, task) end
    local sums = {}
    for name, x in pairs(s) do sums[name] = x:sum(-1) end
    return score(o, sums)
  end
end

local function right(s, _, task)
  if task == "multiclass" then return s.tp, s.tp + s.fn end
  return s.tp + s.tn, s.tp + s.fp + s.tn + s.fn
end

local SAME <const> = {"threshold", "num_classes", "num_labels", "top_k", "multidim_average", "ignore_index",
  "validate_args"}

local BINARY <const>, MULTICLASS <const>, MULTILABEL <const> =
  "threshold multidim_average ignore_index validate_args zero_division",
  "num_classes average top_k multidim_average ignore_index validate_args zero_division",
  "num_labels threshold average multidim_average ignore_index validate_args zero_division"

--- A metric of the family; `compute(task)` makes its function.
local function define(description, compute)
  local before = description.before and description.before .. " " or ""
  description.forms = {
    binary = {options = before .. BINARY, update = binary_update, compute = compute "binary", same = SAME},
    multiclass = {options = before .. MULTICLASS, update = multiclass_update, compute = compute "multiclass",
      same = SAME},
    multilabel = {options = before .. MULTILABEL, update = multilabel_update, compute = compute "multilabel",
      same = SAME},
  }
  description.states, description.average = states, "micro"
  tasks.define(description)
end

local function define_ratio(description, fraction, complement)
  define(description, function(task) return ratio(fraction, task, complement) end)
end

define_ratio({"accuracy", class = "Accuracy", doc = "The share of right predictions", higher_is_better = true,
  example = 'torchmetrics.functional.accuracy(torch.tensor({1, 2, 3}), torch.tensor({1, 2, 2}), "multiclass", '
    .. "{num_classes = 3})"}, right)
define_ratio({"hamming_distance", class = "HammingDistance", doc = "The share of wrong predictions",
  higher_is_better = false}, right, true)
define_ratio({"precision", class = "Precision", doc = "The share of right ones among those that are predicted",
  higher_is_better = true}, function(s) return s.tp, s.tp + s.fp end)
define_ratio({"recall", class = "Recall", doc = "The share of those that are found among all that are there",
  higher_is_better = true}, function(s) return s.tp, s.tp + s.fn end)
define_ratio({"specificity", class = "Specificity", doc = "The share of negatives that are predicted as such",
  higher_is_better = true}, function(s) return s.tn, s.tn + s.fp end)
define_ratio({"negative_predictive_value", class = "NegativePredictiveValue",
  doc = "The share of right ones among those that are predicted as negative", higher_is_better = true},
  function(s) return s.tn, s.tn + s.fn end)

local function f_measure(s, o)
  local b = (o.beta or 1) ^ 2
  return s.tp * (1 + b), s.tp * (1 + b) + s.fn * b + s.fp
end
define_ratio({"f1_score", class = "F1Score", doc = "The harmonic mean of precision and recall",
  higher_is_better = true}, f_measure)
define_ratio({"fbeta_score", class = "FBetaScore", before = "beta", higher_is_better = true,
  doc = "The harmonic mean of precision and recall in which recall weighs beta² times as much"}, f_measure)

-- ---- the counts themselves ---------------------------------------------------------------------

local function stat_scores(task)
  return function(o, s)
    local all = torch.stack({s.tp, s.fp, s.tn, s.fn, s.tp + s.fn}, -1)
    if task == "binary" or o.average == "none" then return all end
    if o.average == "micro" then return all:sum(-2) end
    if o.average == "macro" then return all:float():mean(-2) end
    local w = (s.tp + s.fn):float()
    local total = task == "multiclass" and w:sum(-1, {keepdim = true}) or w:sum()
    return (all * (w / total):unsqueeze(-1)):sum(-2)
  end
end

define({"stat_scores", class = "StatScores",
  doc = "The numbers of true positives, false positives, true negatives, false negatives, and of positives"},
  stat_scores)
