local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.lu_factor(A: Tensor, {pivot: bool = true}) -> Tensor, Tensor: L and U of A = P L U in one matrix (the
-- diagonal of L is 1 and not there), and the pivots: row i was exchanged with row pivots[i]. For torch.lu_unpack and
-- torch.linalg.lu_solve. pivot = false is refused.
-- Example: torch.linalg.lu_factor(torch.eye(2))
return function(...)
  local name = "linalg.lu_factor"
  local given = options.read(name, {solving.A, {"pivot", kind = "boolean", default = true}}, ...)
  lapack.check(name, "A", 1, given.A)
  solving.require_pivot(name, given.pivot)
  local lu, pivots, info = lapack.lu(given.A, lapack.form(given.A))
  lapack.require_good(name, info, solving.SINGULAR)
  return lu, pivots
end
