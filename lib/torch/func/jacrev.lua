local jacobians = require "torch.func.jacobians"

--- torch.func.jacrev(func: function, argnums: int = 1, has_aux: bool = false) -> function: A function of the same
-- arguments that gives the Jacobian of func by argument number argnums, row by row: its shape is that of the result
-- followed by that of the argument. For an array argnums there is one result for each; for a func of several results,
-- one for each (an array over argnums, where that is an array).
-- Example: torch.func.jacrev(torch.sin)(torch.zeros(2))
return jacobians.define("jacrev", jacobians.rows)
