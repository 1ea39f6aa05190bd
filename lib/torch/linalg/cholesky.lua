local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.cholesky(input: Tensor, {upper: bool = false}) -> Tensor: L, a lower triangle, of A = L Lᴴ for
-- positive definite Hermitian matrices, of which the lower triangle is read; with upper U of A = Uᴴ U.
-- Example: torch.linalg.cholesky(torch.eye(2) * 4)
-- {{2, 0}, {0, 2}}
return function(...)
  local given = options.read("linalg.cholesky", {lapack.INPUT, {"upper", kind = "boolean", default = false}}, ...)
  lapack.check("linalg.cholesky", "input", 1, given.input, true)
  local out, info = lapack.cholesky(given.upper and lapack.adjoint(given.input) or given.input)
  lapack.require_good("linalg.cholesky", info, "is not positive definite (the leading part of order %d)")
  return given.upper and lapack.adjoint(out) or out
end
