--- How far the confidence of predictions is from how often they are right.
local inputs = require "torchmetrics.classification.inputs"
local options = require "torch.utils.options"
local tasks = require "torchmetrics.classification.tasks"

local function check_scores(o, x)
  if not x:is_floating_point() then options.wrong(o._name, "preds", 1, "scores of floating point", x) end
end

local function binary(o, preds, target)
  inputs.same_shape(o, preds, target)
  check_scores(o, preds)
  inputs.check_binary(o, target, "target", 2)
  preds, target = inputs.kept(o, preds, target)
  return {confidence = inputs.probabilities(preds), right = target:to(preds.dtype)}
end

local function multiclass(o, preds, target)
  check_scores(o, preds)
  if not inputs.are_scores(o, preds, target) then
    options.wrong(o._name, "preds", 1, ("scores (N, %d, …)"):format(o.num_classes), preds)
  end
  inputs.check_classes(o, target, "target", 2)
  local x, y = preds:movedim(2, -1):reshape(-1, o.num_classes), target:reshape(-1)
  if o.ignore_index then
    local keep = y:ne(o.ignore_index):nonzero():squeeze(2)
    x, y = x:index_select(1, keep), y:index_select(1, keep)
  end
  local confidence, label = inputs.probabilities(x, "softmax"):max(2)
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
