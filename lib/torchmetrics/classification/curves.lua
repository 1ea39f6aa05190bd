--- Metrics that are curves over thresholds, and areas below them.
local curve = require "torchmetrics.classification.curve"
local options = require "torch.utils.options"
local tasks = require "torchmetrics.classification.tasks"

local UPDATES <const> = {binary = curve.binary, multiclass = curve.multiclass, multilabel = curve.multilabel}
local SAME <const> = {"thresholds", "num_classes", "num_labels", "ignore_index", "validate_args", "average"}

--- A metric of the family; `own`: the options of each task without those that all have.
local function define(description, own, compute)
  description.forms, description.states = {}, curve.states
  for task, names in pairs(own) do
    local count = task == "multiclass" and "num_classes " or task == "multilabel" and "num_labels " or ""
    description.forms[task] = {options = ("%s%s ignore_index validate_args"):format(count, names),
      update = UPDATES[task], same = SAME, compute = function(o, s) return compute(o, s, task) end}
  end
  return tasks.define(description)
end

-- ---- curves ----------------------------------------------------------------------------------

--- The mean over classes of curves, on the grid of all their points.
local function mean_curve(o, xs, ys, t, descending)
  local together = torch.is_tensor(xs)
  local classes = #xs
  if together then t = t:repeat_interleave(1):repeatTensor(classes) else t = torch.cat(t) end
  local grid = (together and xs:reshape(-1) or torch.cat(xs)):sort()
  local mean = torch.zeros_like(grid)
  for i = 1, classes do mean = mean + curve.interpolate(grid, xs[i], ys[i]) end
  return grid, mean / classes, (t:sort({descending = descending}))
end

local function curve_of(kind)
  return function(o, s, task)
    local a, b, t = curve.of(o, s, kind, task)
    if task == "multiclass" and o.average == "macro" then return mean_curve(o, a, b, t, kind == "roc") end
    return a, b, t
  end
end

local CURVES <const> = {binary = "thresholds", multiclass = "thresholds curve_average", multilabel = "thresholds"}
define({"precision_recall_curve", class = "PrecisionRecallCurve", results = "any, any, any",
  doc = "Precision, recall and thresholds: all that occur, or those given; of several classes arrays or matrices"},
  CURVES, curve_of "precision_recall")
define({"roc", class = "ROC", results = "any, any, any",
  doc = "The rate of false positives, that of true positives, and thresholds: all that occur, or those given"},
  CURVES, curve_of "roc")

-- ---- areas ------------------------------------------------------------------------------------

local function area(x, y) return torch.trapezoid(y, x) end

--- Each curve of a state, as an array of {x, y, thresholds}.
local function each_curve(o, s, kind, task)
  local a, b, t = curve.of(o, s, kind, task)
  local list = {}
  for i = 1, #a do list[i] = {a[i], b[i], torch.is_tensor(t) and t or t[i]} end
  return list
end

local function scores_of(o, s, kind, task, score)
  local list = {}
  for i, c in ipairs(each_curve(o, s, kind, task)) do list[i] = score(c[1], c[2]) end
  return curve.average(o, torch.stack(list), curve.positives(s, #list, task))
end

--- The state of all labels taken as one.
local function flattened(o, s)
  if not s.preds then
    local one = {}
    for name, x in pairs(s) do one[name] = x:sum(2) end
    return one
  end
  local x, y = s.preds:reshape(-1), s.target:reshape(-1)
  if not o.ignore_index then return {preds = x, target = y} end
  local keep = y:ne(o.ignore_index)
  return {preds = x:masked_select(keep), target = y:masked_select(keep)}
end

--- The area up to a rate of false positives, scaled so that chance has 0.5 (McClish 1989).
local function partial(fpr, tpr, most)
  local n = fpr:le(most):sum():item()
  if n < #fpr then
    local left, right = fpr[n], fpr[n + 1]
    local share = (most - left) / (right - left)
    local y = tpr[n] + (tpr[n + 1] - tpr[n]) * share
    fpr = torch.cat({fpr:narrow(1, 1, n), torch.full_like(y, most):reshape(1)})
    tpr = torch.cat({tpr:narrow(1, 1, n), y:reshape(1)})
  end
  local least = most * most / 2
  return (1 + (area(fpr, tpr) - least) / (most - least)) * 0.5
end

local function auroc(o, s, task)
  if task == "multilabel" and o.average == "micro" then s, task = flattened(o, s), "binary" end
  if task ~= "binary" then return scores_of(o, s, "roc", task, area) end
  local fpr, tpr = curve.of(o, s, "roc", task)
  if not o.max_fpr or o.max_fpr == 1 or fpr:sum():item() == 0 or tpr:sum():item() == 0 then return area(fpr, tpr) end
  return partial(fpr, tpr, o.max_fpr)
end
define({"auroc", class = "AUROC", higher_is_better = true, average = "macro",
  doc = "The area below the curve of true over false positives: the probability that a positive scores higher",
  example = 'torchmetrics.functional.auroc(torch.tensor({.1, .4, .8}), torch.tensor({0, 0, 1}), "binary")'},
  {binary = "max_fpr thresholds", multiclass = "area_average thresholds", multilabel = "area_average_label thresholds"},
  auroc)

local function steps(precision, recall)
  local n = #recall
  local p, r = precision:nan_to_num(0), recall:nan_to_num(0)
  return -((r:narrow(1, 2, n - 1) - r:narrow(1, 1, n - 1)) * p:narrow(1, 1, n - 1)):sum()
end

--- Where all points are there, a class without positives has no precision.
local function steps_exact(precision, recall)
  local n = #recall
  return -((recall:narrow(1, 2, n - 1) - recall:narrow(1, 1, n - 1)) * precision:narrow(1, 1, n - 1)):sum()
end

local function average_precision(o, s, task)
  if task == "multilabel" and o.average == "micro" then s, task = flattened(o, s), "binary" end
  if task == "binary" then return steps(curve.of(o, s, "precision_recall", task)) end
  return scores_of(o, s, "precision_recall", task, s.preds and steps_exact or steps)
end
define({"average_precision", class = "AveragePrecision", higher_is_better = true, average = "macro",
  doc = "The mean of the precision over the recall"},
  {binary = "thresholds", multiclass = "area_average thresholds", multilabel = "area_average_label thresholds"},
  average_precision)

--- The rate at which false positives and false negatives are equally frequent.
local function equal_rate(fpr, tpr)
  local at = (fpr - (1 - tpr)):abs():argmin():item()
  return (fpr[at] + (1 - tpr[at])) / 2
end
local function eer(o, s, task)
  if task == "binary" then return equal_rate(curve.of(o, s, "roc", task)) end
  if task == "multiclass" and (o.average == "micro" or o.average == "macro") then
    return equal_rate(curve_of "roc"(o, s, task))
  end
  local list = {}
  for i, c in ipairs(each_curve(o, s, "roc", task)) do list[i] = equal_rate(c[1], c[2]) end
  return torch.stack(list)
end
define({"eer", class = "EER", doc = "The equal error rate: where false positives are as frequent as false negatives",
  higher_is_better = false}, CURVES, eer)

-- ---- the area over the logarithm of the rate of false positives ----------------------------------

local function check_range(o)
  local a, b
  if type(o.fpr_range) == "table" then a, b = o.fpr_range[1], o.fpr_range[2] end
  if type(a) ~= "number" or type(b) ~= "number" or not (0 <= a and a < b and b <= 1) then
    options.wrong(o._name, "fpr_range", nil, "{low, high} between 0 and 1", o.fpr_range)
  end
end

--- The last position of the value in a sorted vector.
local function last(x, value) return x:eq(value):nonzero()[-1][1]:item() end

local function log_area(o, fpr, tpr)
  local range = torch.tensor(o.fpr_range, {dtype = fpr.dtype, device = fpr.device})
  if #fpr < 2 then return torch.zeros({}, {dtype = fpr.dtype, device = fpr.device}) end
  local y = torch.cat({tpr, curve.interpolate(range, fpr, tpr)}):sort()
  local x = torch.cat({fpr, range}):sort()
  -- Looked up before the logarithm, which may round equal numbers at different places otherwise.
  local from, to = last(x, range[1]:item()), last(x, range[2]:item())
  local bounds = range:log10()
  x = x:log10()
  return area(x:narrow(1, from, to - from + 1), y:narrow(1, from, to - from + 1)) / (bounds[2] - bounds[1])
end

local function logauc(o, s, task)
  check_range(o)
  if task == "binary" then
    local fpr, tpr = curve.of(o, s, "roc", task)
    return log_area(o, fpr, tpr)
  end
  return scores_of(o, s, "roc", task, function(x, y) return log_area(o, x, y) end)
end
define({"logauc", class = "LogAUC", higher_is_better = true, average = "macro",
  doc = "The area below the curve of true positives over the logarithm of the rate of false ones, in fpr_range"},
  {binary = "fpr_range thresholds", multiclass = "fpr_range plain_average thresholds",
    multilabel = "fpr_range plain_average thresholds"}, logauc)

return {define = define, each_curve = each_curve, curve = curve}
