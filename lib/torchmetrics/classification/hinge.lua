--- The hinge loss as a metric.
local inputs = require "torchmetrics.classification.inputs"
local tasks = require "torchmetrics.classification.tasks"

--- The sum of 1 - margin where it is above 0, over the samples.
local function losses(o, margin)
  local x = (1 - margin):clamp({min = 0})
  if o.squared then x = x * x end
  return {measure = x:sum(1), total = margin:size(1)}
end

local function signed(preds, is) return torch.where(is, preds, -preds) end

local function binary(o, preds, target)
  local x, y = inputs.binary_scores(o, preds, target)
  return losses(o, signed(x, y:eq(1)))
end

local function multiclass(o, preds, target)
  local x, y = inputs.multiclass_scores(o, preds, target)
  local is = inputs.one_hot(o, y)
  if o.multiclass_mode == "one-vs-all" then return losses(o, signed(x, is)) end
  local own = x:gather(2, y:unsqueeze(2)):squeeze(2)
  return losses(o, own - x:masked_fill(is, -math.huge):amax(2))
end

local function compute(_, s) return s.measure / s.total end

tasks.define {"hinge_loss", class = "HingeLoss", higher_is_better = false, states = {measure = "sum", total = "sum"},
  doc = "The mean hinge loss", forms = {
    binary = {options = "squared ignore_index validate_args", update = binary, compute = compute},
    multiclass = {options = "num_classes squared multiclass_mode ignore_index validate_args", update = multiclass,
      compute = compute}}}
