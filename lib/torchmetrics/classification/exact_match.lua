--- Samples of which everything is predicted right.
local inputs = require "torchmetrics.classification.inputs"
local options = require "torch.utils.options"
local ratios = require "torchmetrics.ratios"
local tasks = require "torchmetrics.classification.tasks"

--- Which rows are right altogether, their number and how many rows there are.
local function added(o, right, total)
  if o.multidim_average == "samplewise" then return {correct = right, total = total} end
  return {correct = right:sum(), total = total}
end

local function multiclass(o, preds, target)
  local p, t = inputs.labels(o, preds, target)
  if t.ndim < 2 then options.wrong(o._name, "target", 2, "labels (N, …) of at least 2 dimensions", target) end
  p, t = p:reshape(p:size(1), -1), t:reshape(t:size(1), -1)
  local same = p:eq(t)
  if o.ignore_index then same = same:logical_or(t:eq(o.ignore_index)) end
  local right = same:all(2)
  return added(o, right, o.multidim_average == "global" and #right or 1)
end

local function multilabel(o, preds, target)
  local yes, is = inputs.decided(o, preds, target)
  local same = yes:eq(is:eq(1))
  if o.ignore_index then same = same:logical_or(is:eq(o.ignore_index)) end
  if yes.ndim < 2 or yes:size(2) ~= o.num_labels then
    options.wrong(o._name, "preds", 1, ("(N, %d, …), num_labels in the second dimension"):format(o.num_labels), preds)
  end
  local right = same:reshape(same:size(1), o.num_labels, -1):all(2)
  if o.multidim_average == "global" then return {correct = right:sum(), total = right:numel()} end
  return {correct = right:sum(-1), total = right:size(2)}
end

local function compute(_, s)
  if type(s.total) == "number" then return ratios.divide(s.correct, torch.full_like(s.correct, s.total)) end
  return ratios.divide(s.correct, s.total)
end

local function states(o)
  if o.multidim_average == "samplewise" then return {correct = "cat", total = "max"} end
  return {correct = "sum", total = "sum"}
end

tasks.define {"exact_match", class = "ExactMatch", doc = "The share of samples that are right in all their parts",
  higher_is_better = true, states = states, forms = {
    multiclass = {options = "num_classes multidim_average ignore_index validate_args", update = multiclass,
      compute = compute},
    multilabel = {options = "num_labels threshold multidim_average ignore_index validate_args", update = multilabel,
      compute = compute}}}
