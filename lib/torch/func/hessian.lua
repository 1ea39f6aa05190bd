local options = require "torch.utils.options"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"argnums", default = 1}}

--- torch.func.hessian(func: function, argnums: int = 1) -> function: A function of the same arguments that gives the
-- second derivatives of func: func.jacfwd(func.jacrev(func)).
-- Example: torch.func.hessian(function(x) return (x ^ 3):sum() end)(torch.ones(2))
return function(...)
  local given = options.read("func.hessian", PARAMETERS, ...)
  return torch.func.jacfwd(torch.func.jacrev(given.func, given.argnums), given.argnums)
end
