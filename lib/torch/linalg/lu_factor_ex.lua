local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.lu_factor_ex(A: Tensor, {pivot: bool = true, check_errors: bool = false}) -> Tensor, Tensor, Tensor: As
-- torch.linalg.lu_factor, and info for each matrix: 0, or a position of the diagonal of U that is zero. Rows are always
-- exchanged: pivot = false is refused.
-- Example: torch.linalg.lu_factor_ex(torch.eye(2))
return function(...)
  local name = "linalg.lu_factor_ex"
  local given = options.read(name, {solving.A, {"pivot", kind = "boolean", default = true},
    {"check_errors", kind = "boolean", default = false}}, ...)
  lapack.check(name, "A", 1, given.A)
  solving.require_pivot(name, given.pivot)
  local lu, pivots, info = lapack.lu(given.A, lapack.form(given.A))
  if given.check_errors then lapack.require_good(name, info, solving.SINGULAR) end
  return lu, pivots, info
end
