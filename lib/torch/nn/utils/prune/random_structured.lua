local methods = require "torch.nn.utils.prune.methods"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"module", required = true}, {"name"}, {"amount", required = true},
  {"dim", kind = "integer", required = true}}

--- nn.utils.prune.random_structured(module: Module, name: string, amount: float|int, dim: int) -> Module: As
-- ln_structured, with slices chosen at random.
-- Example: nn.utils.prune.random_structured(nn.Linear(3, 2), "weight", 1, 1).weight_mask:sum()
return function(...)
  local given = options.read("random_structured", PARAMETERS, ...)
  return methods.apply("random_structured", given.module, given.name, function(t, mask)
    return methods.kinds.RandomStructured(t, mask, {amount = given.amount, dim = given.dim})
  end)
end
