local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.cholesky(input: Tensor, upper: bool = false) -> Tensor: torch.linalg.cholesky: L of A = L Lᴴ; with upper U
-- of A = Uᴴ U.
-- Example: torch.cholesky(torch.eye(2) * 4)
-- {{2, 0}, {0, 2}}
return function(...)
  local given = options.read("cholesky", {lapack.INPUT, {"upper", kind = "boolean", default = false}}, ...)
  lapack.check("cholesky", "input", 1, given.input, true)
  return (torch.linalg.cholesky(given.input, {upper = given.upper}))
end
