local jacobians = require "torch.func.jacobians"

--- torch.func.jacfwd(func: function, argnums: int = 1, has_aux: bool = false) -> function: func.jacrev, column by
-- column: cheaper where the argument has fewer elements than the result.
-- Example: torch.func.jacfwd(torch.sin)(torch.zeros(2))
return jacobians.define("jacfwd", jacobians.columns)
