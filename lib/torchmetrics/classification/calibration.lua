--- How far the confidence of predictions is from how often they are right.
local inputs = require "torchmetrics.classification.inputs"
local tasks = require "torchmetrics.classification.tasks"

local function binary(o, preds, target)
  local x, y = inputs.binary_scores(o, preds, target)
  return {confidence = x, right = y:to(x.dtype)}
end

local function multiclass(o, preds, target)
  local x, y = inputs.multiclass_scores(o, preds, target)
  local confidence, label = x:max(2)
  return {confidence = confidence:float(), right = label:eq(y):float()}
end

--- Of each bin: the mean of what is in it, and its share of all.
local function compute(o, s)
  local x, right = s.confidence, s.right
  local like = {dtype = x.dtype, device = x.device}
  local bins = torch.linspace(0, 1, o.n_bins + 1, like)
  local at = torch.bucketize(x, bins, {right = true}) - 1
  local function sums(values) return torch.zeros(#bins, like):index_add(1, at, values) end
  local n = sums(torch.ones_like(x))
  local gap = (sums(right) / n):nan_to_num(0) - (sums(x) / n):nan_to_num(0)
  local share = n / n:sum()
  if o.norm == "max" then return gap:abs():max() end
  if o.norm == "l1" then return (gap:abs() * share):sum() end
  return (gap * gap * share):sum():sqrt()
end

local STATES <const> = {confidence = "cat", right = "cat"}
tasks.define {"calibration_error", class = "CalibrationError", higher_is_better = false, states = STATES,
  doc = "The mean (l1), root mean square (l2) or largest (max) distance of confidence and accuracy in n_bins bins",
  forms = {binary = {options = "n_bins norm ignore_index validate_args", update = binary, compute = compute},
    multiclass = {options = "num_classes n_bins norm ignore_index validate_args", update = multiclass,
      compute = compute}}}
