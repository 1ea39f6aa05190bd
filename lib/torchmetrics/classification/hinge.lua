--- The hinge loss as a metric.
local inputs = require "torchmetrics.classification.inputs"
local options = require "torch.utils.options"
local tasks = require "torchmetrics.classification.tasks"

--- The sum of 1 - margin where it is above 0, over the samples.
local function losses(o, margin)
  local x = (1 - margin):clamp({min = 0})
  if o.squared then x = x * x end
  return {measure = x:sum(1), total = margin:size(1)}
end

local function signed(preds, is) return torch.where(is, preds, -preds) end

local function check_scores(o, x)
  if not x:is_floating_point() then options.wrong(o._name, "preds", 1, "scores of floating point", x) end
end

local function binary(o, preds, target)
  inputs.same_shape(o, preds, target)
  check_scores(o, preds)
  inputs.check_binary(o, target, "target", 2)
  preds, target = inputs.kept(o, preds, target)
  return losses(o, signed(inputs.probabilities(preds), target:eq(1)))
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
  x = inputs.probabilities(x, "softmax")
  local is = y:unsqueeze(2):eq(torch.arange(1, o.num_classes + 1, {device = y.device}))
  if o.multiclass_mode == "one-vs-all" then return losses(o, signed(x, is)) end
  local own = x:gather(2, y:long():unsqueeze(2)):squeeze(2)
  return losses(o, own - x:masked_fill(is, -math.huge):amax(2))
end

local function compute(_, s) return s.measure / s.total end

tasks.define {"hinge_loss", class = "HingeLoss", higher_is_better = false, states = {measure = "sum", total = "sum"},
  doc = "The mean hinge loss", forms = {
    binary = {options = "squared ignore_index validate_args", update = binary, compute = compute},
    multiclass = {options = "num_classes squared multiclass_mode ignore_index validate_args", update = multiclass,
      compute = compute}}}
