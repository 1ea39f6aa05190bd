local methods = require "torch.nn.utils.prune.methods"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"module", required = true}, {"name"}, {"amount", required = true}}

--- nn.utils.prune.random_unstructured(module: Module, name: string, amount: float|int) -> Module: As l1_unstructured,
-- with elements chosen at random.
-- Example: nn.utils.prune.random_unstructured(nn.Linear(3, 2), "weight", 2).weight_mask:sum()
return function(...)
  local given = options.read("random_unstructured", PARAMETERS, ...)
  return methods.apply("random_unstructured", given.module, given.name, function(t, mask)
    return methods.kinds.RandomUnstructured(t, mask, {amount = given.amount})
  end)
end
