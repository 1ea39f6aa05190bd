--- The best point of a curve among those where another rate is at least so large, and its threshold.
local curves = require "torchmetrics.classification.curves"

local nan <const> = 0 / 0

--- The position of the largest row of the columns in the order of words; ties are decided by the next column.
local function largest(columns, among)
  for _, x in ipairs(columns) do
    local values = x:index_select(1, among)
    among = among:masked_select(values:eq(values:max()))
    if #among == 1 then break end
  end
  return among[1]:item()
end

--- The best of `best` where `other` ≥ least, and the threshold of it.
local function best_point(best, other, t, least)
  local n = #t
  best, other = best:narrow(1, 1, n), other:narrow(1, 1, n)
  local among = other:ge(least):nonzero():squeeze(2)
  if #among == 0 then return torch.zeros_like(best[1]), torch.full_like(t[1], nan) end
  local at = largest({best, other, t}, among)
  if best[at]:item() == 0 then return torch.zeros_like(best[1]), torch.full_like(t[1], nan) end
  return best[at], t[at]
end

--- The first best one on a curve of rates; a threshold of a million where none is good enough.
local function first_point(best, other, t, least)
  local among = other:ge(least):nonzero():squeeze(2)
  if #among == 0 then return torch.zeros_like(best[1]), torch.full_like(t[1], 1e6) end
  local at = among[best:index_select(1, among):argmax():item()]:item()
  return best[at], t[at]
end

--- {name, class, the option, the curve, what makes {best, other} of its two rates, what finds the point}
local METRICS <const> = {
  {"recall_at_fixed_precision", "RecallAtFixedPrecision", "min_precision", "precision_recall",
    function(precision, recall) return recall, precision end, best_point,
    "The highest recall with a precision of at least min_precision, and its threshold"},
  {"precision_at_fixed_recall", "PrecisionAtFixedRecall", "min_recall", "precision_recall",
    function(precision, recall) return precision, recall end, best_point,
    "The highest precision with a recall of at least min_recall, and its threshold"},
  {"sensitivity_at_specificity", "SensitivityAtSpecificity", "min_specificity", "roc",
    function(fpr, tpr) return tpr, 1 - fpr end, first_point,
    "The highest sensitivity with a specificity of at least min_specificity, and its threshold"},
  {"specificity_at_sensitivity", "SpecificityAtSensitivity", "min_sensitivity", "roc",
    function(fpr, tpr) return 1 - fpr, tpr end, first_point,
    "The highest specificity with a sensitivity of at least min_sensitivity, and its threshold"},
}

for _, metric in ipairs(METRICS) do
  local name, class, option, kind, order, find, doc = table.unpack(metric)
  local own = option .. " thresholds"
  curves.define({name, class = class, doc = doc, results = "Tensor, Tensor", higher_is_better = true},
    {binary = own, multiclass = own, multilabel = own}, function(o, s, task)
      if task == "binary" then
        local a, b, t = curves.curve.of(o, s, kind, task)
        local best, other = order(a, b)
        return find(best, other, t, o[option])
      end
      local values, thresholds = {}, {}
      for i, c in ipairs(curves.each_curve(o, s, kind, task)) do
        local best, other = order(c[1], c[2])
        values[i], thresholds[i] = find(best, other, c[3], o[option])
      end
      return torch.stack(values), torch.stack(thresholds)
    end)
end
