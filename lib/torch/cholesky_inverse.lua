local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.cholesky_inverse(input: Tensor, upper: bool = false) -> Tensor: The inverse of A = L Lᴴ, given by L; with
-- upper of A = Uᴴ U by U.
-- Example: torch.cholesky_inverse(torch.eye(2) * 2)
-- {{0.25, 0}, {0, 0.25}}
return function(...)
  local given = options.read("cholesky_inverse", {lapack.INPUT, {"upper", kind = "boolean", default = false}}, ...)
  lapack.check("cholesky_inverse", "input", 1, given.input, true)
  return (torch.cholesky_solve(lapack.identity(given.input, given.input:size(-1)), given.input, given.upper))
end
