local methods = require "torch.nn.utils.prune.methods"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"module", required = true}, {"name"}, {"amount", required = true}, {"importance_scores"}}

--- nn.utils.prune.l1_unstructured(module: Module, name: string, amount: float|int, importance_scores: Tensor = nil) ->
-- Module: Sets the elements of the parameter with the smallest absolute values (or scores) to 0: a share (a float
-- from 0 to 1) or a number of those that are left.
-- Example: nn.utils.prune.l1_unstructured(nn.Linear(3, 2), "weight", 0.5).weight_mask:sum()
return function(...)
  local given = options.read("l1_unstructured", PARAMETERS, ...)
  return methods.apply("l1_unstructured", given.module, given.name, function(t, mask)
    return methods.kinds.L1Unstructured(t, mask, {amount = given.amount})
  end, given.importance_scores)
end
