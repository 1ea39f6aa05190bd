--- Predictions and targets of a regression, and what is checked of them.
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"

local pair = {}

pair.inputs = paired.inputs
pair.num_outputs = {"num_outputs", kind = "positive", default = 1}

local function real(x) return x:is_floating_point() and x or x:float() end

--- That both have one shape, and are not empty; in floating point.
function pair.check(o, preds, target)
  paired.check_shape(o, preds, target)
  if preds:is_complex() or target:is_complex() then options.wrong(o._name, "preds", 1, "real numbers", preds) end
  if preds:numel() == 0 then options.wrong(o._name, "preds", 1, "at least one number", preds) end
  return real(preds), real(target)
end

--- Vectors, or matrices (N, num_outputs) with several outputs: in the latter form, N×1 of vectors.
function pair.outputs(o, preds, target)
  preds, target = pair.check(o, preds, target)
  local n = o.num_outputs or 1
  if n == 1 then return preds:reshape(-1), target:reshape(-1) end
  if preds.ndim ~= 2 or preds:size(2) ~= n then
    options.wrong(o._name, "preds", 1, ("(N, %d), num_outputs in the second dimension"):format(n), preds)
  end
  return preds, target
end

--- Vectors (N) or matrices (N, D).
function pair.columns(o, preds, target)
  preds, target = pair.check(o, preds, target)
  if preds.ndim == 0 then preds, target = preds:reshape(1), target:reshape(1) end
  if preds.ndim > 2 then options.wrong(o._name, "preds", 1, "(N) or (N, D)", preds) end
  return preds, target
end

return pair
