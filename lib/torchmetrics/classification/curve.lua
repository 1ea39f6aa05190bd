--- The state that all curves share: the scores and targets themselves, or counts at fixed thresholds; and the curves.
local inputs = require "torchmetrics.classification.inputs"
local options = require "torch.utils.options"
local ratios = require "torchmetrics.ratios"

local curve = {}

--- The thresholds that are asked for, a vector; nil: all that make a difference.
function curve.thresholds(o, x)
  local t = o.thresholds
  if t == nil then return nil end
  local like = {device = x.device, dtype = x.dtype}
  if options.integer(t) and t >= 2 then return torch.linspace(0, 1, options.integer(t), like) end
  if type(t) == "table" and #t == 0 then t = 0 end
  local ok, made = options.try(function() return torch.is_tensor(t) and t:to(x.device) or torch.tensor(t, like) end)
  if not ok or type(t) == "number" or made.ndim ~= 1 or made:numel() == 0 then
    options.wrong(o._name, "thresholds", nil, "how many (2 or more), or a list of numbers", t)
  end
  return made
end

--- A state with the counts at each threshold t, (T, …): of scores ≥ t and of all, for targets of 1 and of 0.
local function counted(o, preds, is, is_not, t, dims)
  local above = preds:unsqueeze(1):ge(t:reshape({-1, table.unpack(torch.ones(preds.ndim):long():tolist())}))
  local function sums(truth)
    return above:logical_and(truth:unsqueeze(1)):sum(dims), truth:unsqueeze(1):sum(dims)
  end
  local tp, positives = sums(is)
  local fp, negatives = sums(is_not)
  return {tp = tp, fp = fp, fn = positives - tp, tn = negatives - fp}
end

--- Counts are sums; without thresholds the scores are kept.
function curve.states(o)
  if o.thresholds ~= nil then return {tp = "sum", fp = "sum", fn = "sum", tn = "sum"} end
  return {preds = "cat", target = "cat"}
end

function curve.binary(o, preds, target)
  preds, target = inputs.binary_scores(o, preds, target)
  local t = curve.thresholds(o, preds)
  if not t then return {preds = preds, target = target:long()} end
  return counted(o, preds, target:eq(1), target:eq(0), t, {2})
end

function curve.multiclass(o, preds, target)
  preds, target = inputs.multiclass_scores(o, preds, target)
  local is = inputs.one_hot(o, target)
  local t = curve.thresholds(o, preds)
  if o.average == "micro" then
    preds, is = preds:reshape(-1), is:reshape(-1)
    if not t then return {preds = preds, target = is:long()} end
    return counted(o, preds, is, is:logical_not(), t, {2})
  end
  if not t then return {preds = preds, target = target} end
  return counted(o, preds, is, is:logical_not(), t, {2})
end

function curve.multilabel(o, preds, target)
  inputs.check_multilabel(o, preds, target)
  preds, target = inputs.probabilities(inputs.in_rows(preds)), inputs.in_rows(target):long()
  local t = curve.thresholds(o, preds)
  if not t then return {preds = preds, target = target} end
  local is, is_not = target:eq(1), target:eq(0)
  if o.ignore_index then
    local keep = target:ne(o.ignore_index)
    is, is_not = is:logical_and(keep), is_not:logical_and(keep)
  end
  return counted(o, preds, is, is_not, t, {2})
end

-- ---- one curve ---------------------------------------------------------------------------

--- The numbers of false and true positives down to each score that occurs, the highest first, and these scores.
local function walk(preds, is)
  local order = preds:argsort({descending = true, stable = true})
  local x, y = preds:index_select(1, order), is:index_select(1, order):long()
  local n = #x
  local last = torch.cat({x:narrow(1, 2, n - 1):ne(x:narrow(1, 1, n - 1)),
    torch.ones(1, {dtype = "bool", device = x.device})}):nonzero():squeeze(2)
  local tp = y:cumsum(1):index_select(1, last)
  return last - tp, tp, x:index_select(1, last)
end

local function one(like, value) return torch.full({1}, value, {dtype = like.dtype, device = like.device}) end

local function no_samples(o)
  options.raise(("%s: there are no samples"):format(o._name))
end

--- Precision, recall and thresholds of scores for what is there (bool).
local function precision_recall(o, preds, is, task)
  if #preds == 0 then no_samples(o) end
  local fp, tp, t = walk(preds, is)
  local precision, recall = tp / (tp + fp), tp / tp[-1]
  if task ~= "multiclass" and tp[-1]:item() == 0 then
    options.warn(o._name .. ": there are no positives in the targets; the recall is taken to be 1")
    recall = torch.ones_like(recall)
  end
  return torch.cat({precision:flip(1), one(precision, 1)}), torch.cat({recall:flip(1), one(recall, 0)}), t:flip(1)
end

--- The rates of false and true positives, and thresholds.
local function roc(o, preds, is)
  if #preds == 0 then no_samples(o) end
  local fp, tp, t = walk(preds, is)
  fp, tp, t = torch.cat({one(fp, 0), fp}), torch.cat({one(tp, 0), tp}), torch.cat({one(t, 1), t})
  local function rate(x, what)
    if x[-1]:item() > 0 then return x / x[-1] end
    options.warn(("%s: there are no %s in the targets; their rate is taken to be 0"):format(o._name, what))
    return torch.zeros_like(t)
  end
  return rate(fp, "negatives"), rate(tp, "positives"), t
end

local function ones_and(x, value) return torch.cat({x, torch.full_like(x:narrow(1, 1, 1), value)}) end

--- The same of counts at thresholds; of several classes (C, T).
local function precision_recall_counted(s)
  local precision = ones_and(ratios.divide(s.tp, s.tp + s.fp, "nan"), 1)
  local recall = ones_and(ratios.divide(s.tp, s.tp + s.fn, "nan"), 0)
  if precision.ndim == 1 then return precision, recall end
  return precision:t(), recall:t()
end
local function roc_counted(s)
  local fpr, tpr = ratios.divide(s.fp, s.fp + s.tn):flip(1), ratios.divide(s.tp, s.tp + s.fn):flip(1)
  if fpr.ndim == 1 then return fpr, tpr end
  return fpr:t(), tpr:t()
end

local KINDS <const> = {precision_recall = {precision_recall, precision_recall_counted, false},
  roc = {roc, roc_counted, true}}

--- The scores and what is there of class i; of the multilabel form without what is ignored.
local function of_class(o, s, i, task)
  local x = s.preds:select(2, i)
  if task == "multiclass" then return x, s.target:eq(i) end
  local y = s.target:select(2, i)
  if not o.ignore_index then return x, y:eq(1) end
  local keep = y:ne(o.ignore_index)
  return x:masked_select(keep), y:masked_select(keep):eq(1)
end

--- The curve of a state: two rows of points and the thresholds. Of several classes they are matrices (C, T) where the
-- thresholds are fixed, else arrays of vectors.
function curve.of(o, s, kind, task)
  local exact, counts, descending = table.unpack(KINDS[kind])
  if s.preds == nil then
    local a, b = counts(s)
    local t = curve.thresholds(o, a)
    return a, b, descending and t:flip(1) or t
  end
  if s.preds.ndim == 1 then return exact(o, s.preds, s.target:eq(1)) end
  local a, b, t = {}, {}, {}
  for i = 1, s.preds:size(2) do
    local x, is = of_class(o, s, i, task)
    a[i], b[i], t[i] = exact(o, x, is, task)
  end
  return a, b, t
end

--- How many positives each class has, for weighted means.
function curve.positives(s, c, task)
  if s.preds == nil then return (s.tp + s.fn)[1]:float() end
  if task == "multilabel" then return s.target:eq(1):sum(1):float() end
  return torch.bincount(s.target - 1, nil, c):float()
end

--- The piecewise linear function through (xs, ys) at x.
function curve.interpolate(x, xs, ys)
  local n = #xs
  local slope = ratios.divide(ys:narrow(1, 2, n - 1) - ys:narrow(1, 1, n - 1),
    xs:narrow(1, 2, n - 1) - xs:narrow(1, 1, n - 1))
  local offset = ys:narrow(1, 1, n - 1) - slope * xs:narrow(1, 1, n - 1)
  local at = x:unsqueeze(2):ge(xs:unsqueeze(1)):sum(2):clamp(1, n - 1)
  return slope:index_select(1, at) * x + offset:index_select(1, at)
end

--- The mean of the scores of classes, those that are NaN left out.
function curve.average(o, scores, weights)
  if o.average == "none" then return scores end
  local known = scores:isnan():logical_not()
  local x = scores:masked_select(known)
  if o.average == "macro" then return x:mean() end
  local w = weights:masked_select(known)
  return (x * ratios.divide(w, w:sum())):sum()
end

return curve
