local methods = require "torch.nn.utils.prune.methods"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"module", required = true}, {"name"}, {"amount", required = true},
  {"n", kind = "number", required = true}, {"dim", kind = "integer", required = true}, {"importance_scores"}}

--- nn.utils.prune.ln_structured(module: Module, name: string, amount: float|int, n: float, dim: int,
-- importance_scores: Tensor = nil) -> Module: Sets whole slices along dim to 0: those of the smallest n-norm.
-- Example: nn.utils.prune.ln_structured(nn.Linear(3, 2), "weight", 1, 2, 1).weight_mask:sum()
return function(...)
  local given = options.read("ln_structured", PARAMETERS, ...)
  return methods.apply("ln_structured", given.module, given.name, function(t, mask)
    return methods.kinds.LnStructured(t, mask, {amount = given.amount, n = given.n, dim = given.dim})
  end, given.importance_scores)
end
