--- Predictions and targets of classification in the forms that the metrics compute with, and what is checked of them.
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"

local inputs = {}

inputs.same_shape = paired.check_shape

--- Scores as probabilities: those that have one outside of [0, 1] are logits.
function inputs.probabilities(x, how)
  if x:numel() == 0 or (x:min():item() >= 0 and x:max():item() <= 1) then return x end
  if how == "softmax" then return x:softmax(2) end
  return x:sigmoid()
end

--- That the targets are 0 and 1, or the one that is ignored.
function inputs.check_binary(o, x, name, position)
  if not o.validate_args or x:numel() == 0 or x.dtype == torch.bool then return end
  local bad = x:ne(0):logical_and(x:ne(1))
  if o.ignore_index then bad = bad:logical_and(x:ne(o.ignore_index)) end
  if bad:any():item() then
    options.raise(("%s: '%s' (argument %d): expected 0 and 1%s, got %s"):format(o._name, name, position,
      o.ignore_index and (" (%d is ignored)"):format(o.ignore_index) or "", x:masked_select(bad)[1]:item()))
  end
end

--- Binary or multilabel predictions as yes and no, and the targets.
function inputs.decided(o, preds, target)
  inputs.same_shape(o, preds, target)
  inputs.check_binary(o, target, "target", 2)
  if preds:is_floating_point() then return inputs.probabilities(preds):gt(o.threshold), target end
  inputs.check_binary({validate_args = o.validate_args, _name = o._name}, preds, "preds", 1)
  return preds:ne(0), target
end

--- That labels are positions of classes.
function inputs.check_classes(o, x, name, position)
  if not o.validate_args or x:numel() == 0 then return end
  local bad = x:lt(1):logical_or(x:gt(o.num_classes))
  if o.ignore_index then bad = bad:logical_and(x:ne(o.ignore_index)) end
  if bad:any():item() then
    options.raise(("%s: '%s' (argument %d): expected labels from 1 to %d, got %s"):format(o._name, name, position,
      o.num_classes, x:masked_select(bad)[1]:item()))
  end
end

--- Whether multiclass predictions are scores (N, C, …) of targets (N, …); what fits neither form raises.
function inputs.are_scores(o, preds, target)
  if preds.ndim == target.ndim + 1 then
    if not preds:is_floating_point() then
      options.wrong(o._name, "preds", 1, "scores of floating point (N, C, …), or labels", preds)
    end
    local shape = {table.unpack(preds.shape)}
    if table.remove(shape, 2) ~= o.num_classes or table.concat(shape, ",") ~= table.concat(target.shape, ",") then
      options.wrong(o._name, "preds", 1, ("scores (N, %d, …) for targets of shape (%s)"):format(o.num_classes,
        table.concat(target.shape, "×")), preds)
    end
    return true
  end
  inputs.same_shape(o, preds, target)
  return false
end

--- Multiclass predictions as labels; where the right one is among the top_k, it is that.
local function labels(o, preds, target)
  if not inputs.are_scores(o, preds, target) then
    inputs.check_classes({validate_args = o.validate_args, num_classes = o.num_classes, _name = o._name}, preds,
      "preds", 1)
    return preds:long()
  end
  local k = o.top_k or 1
  if k == 1 then return preds:argmax(2) end
  if k > o.num_classes then
    options.wrong(o._name, "top_k", nil, ("a number up to num_classes = %d"):format(o.num_classes), k)
  end
  local _, best = preds:topk(k, 2)
  local found = best:eq(target:unsqueeze(2)):any(2)
  return torch.where(found, target:long(), best:select(2, 1))
end

--- Labels that are predicted and true.
function inputs.labels(o, preds, target)
  if target:is_floating_point() then options.wrong(o._name, "target", 2, "labels (integers)", target) end
  local p = labels(o, preds, target)
  inputs.check_classes(o, target, "target", 2)
  return p, target:long()
end

--- Scores (N, C, …) with the dimensions behind put in front: (N', C).
function inputs.in_rows(x) return x:movedim(2, -1):reshape(-1, x:size(2)) end

local function check_scores(o, x)
  if not x:is_floating_point() then options.wrong(o._name, "preds", 1, "scores of floating point", x) end
end

--- Binary scores as probabilities (N) and their targets, without those that are ignored.
function inputs.binary_scores(o, preds, target)
  paired.check_shape(o, preds, target)
  check_scores(o, preds)
  inputs.check_binary(o, target, "target", 2)
  preds, target = inputs.kept(o, preds, target)
  return inputs.probabilities(preds), target
end

--- Multiclass scores as probabilities (N, C) and their labels (N), without those that are ignored.
function inputs.multiclass_scores(o, preds, target)
  check_scores(o, preds)
  if preds.ndim ~= target.ndim + 1 or not inputs.are_scores(o, preds, target) then
    options.wrong(o._name, "preds", 1, ("scores (N, %d, …)"):format(o.num_classes), preds)
  end
  inputs.check_classes(o, target, "target", 2)
  preds, target = inputs.in_rows(preds), target:reshape(-1):long()
  if o.ignore_index then
    local keep = target:ne(o.ignore_index):nonzero():squeeze(2)
    preds, target = preds:index_select(1, keep), target:index_select(1, keep)
  end
  return inputs.probabilities(preds, "softmax"), target
end

--- Multilabel scores (N, L, …) and targets of one shape.
function inputs.check_multilabel(o, preds, target)
  paired.check_shape(o, preds, target)
  check_scores(o, preds)
  if preds.ndim < 2 or preds:size(2) ~= o.num_labels then
    options.wrong(o._name, "preds", 1, ("scores (N, %d, …)"):format(o.num_labels), preds)
  end
  inputs.check_binary(o, target, "target", 2)
end

--- Which class each label is: (N, C).
function inputs.one_hot(o, target)
  return target:unsqueeze(2):eq(torch.arange(1, o.num_classes + 1, {device = target.device}))
end

--- Without those whose target is ignored, in one dimension.
function inputs.kept(o, preds, target)
  preds, target = preds:reshape(-1), target:reshape(-1)
  if not o.ignore_index then return preds, target end
  local keep = target:ne(o.ignore_index)
  return preds:masked_select(keep), target:masked_select(keep)
end

--- Counts of (true, predicted) among pairs of labels from 1, C×C.
function inputs.confusion(preds, target, c)
  return torch.bincount((target - 1) * c + (preds - 1), nil, c * c):reshape(c, c)
end

return inputs
