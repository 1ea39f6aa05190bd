local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.cholesky_ex(input: Tensor, {upper: bool = false, check_errors: bool = false}) -> Tensor, Tensor: As
-- torch.linalg.cholesky, and info for each matrix: 0, or the order of the leading part that is not positive definite.
-- Nothing is raised unless check_errors.
-- Example: torch.linalg.cholesky_ex(torch.eye(2))
return function(...)
  local given = options.read("linalg.cholesky_ex", {lapack.INPUT, {"upper", kind = "boolean", default = false},
    {"check_errors", kind = "boolean", default = false}}, ...)
  lapack.check("linalg.cholesky_ex", "input", 1, given.input, true)
  local out, info = lapack.cholesky(given.upper and lapack.adjoint(given.input) or given.input)
  if given.check_errors then
    lapack.require_good("linalg.cholesky_ex", info, "is not positive definite (the leading part of order %d)")
  end
  return given.upper and lapack.adjoint(out) or out, info
end
