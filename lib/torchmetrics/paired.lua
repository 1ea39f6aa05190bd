--- Predictions and targets that belong together: the arguments of most metrics, and what all families check of them.
local options = require "torch.utils.options"

local paired = {}

--- The arguments of an update; see rows.lua.
paired.inputs = {{"preds", kind = "tensor", required = true}, {"target", kind = "tensor", required = true}}

function paired.have_same_shape(a, b) return table.concat(a.shape, ",") == table.concat(b.shape, ",") end

--- Raises that target has not the shape of preds.
function paired.wrong_shape(o, preds, target)
  options.wrong(o._name, "target", 2, ("the shape of preds (%s)"):format(table.concat(preds.shape, "×")), target)
end

function paired.check_shape(o, preds, target)
  if not paired.have_same_shape(preds, target) then paired.wrong_shape(o, preds, target) end
end

--- That two arrays are of one length; `items` is what they hold, for the message.
function paired.check_length(o, preds, target, items)
  for i, list in ipairs {preds, target} do
    if type(list) ~= "table" then
      options.wrong(o._name, i == 1 and "preds" or "target", i, "an array of " .. items, list)
    end
  end
  if #preds ~= #target then
    options.raise(("%s: 'target' (argument 2): expected as many %s as preds (%d), got %d"):format(o._name, items,
      #preds, #target))
  end
end

return paired
