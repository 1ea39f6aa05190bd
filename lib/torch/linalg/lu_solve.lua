local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, {left: bool = true, adjoint: bool = false}) -> Tensor:
-- X of A X = B (X A = B where not left; Aᴴ for A where adjoint), A factored by torch.linalg.lu_factor.
-- Example: torch.linalg.lu_solve(torch.eye(2), torch.tensor({1, 2}):int(), torch.ones(2, 1))
return function(...)
  local name = "linalg.lu_solve"
  local given = options.read(name, {{"LU", kind = "tensor", required = true},
    {"pivots", kind = "tensor", required = true}, solving.B, solving.LEFT,
    {"adjoint", kind = "boolean", default = false}}, ...)
  local lu, b = given.LU, given.B
  lapack.check(name, "LU", 1, lu, true)
  lapack.check(name, "B", 3, b)
  local p = lapack.permutation(lu:detach(), given.pivots)
  -- X A = B is Aᴴ Xᴴ = Bᴴ, and X Aᴴ = B is A Xᴴ = Bᴴ.
  if not given.left then b = lapack.adjoint(b) end
  local adjoint = given.adjoint == given.left
  lu, b = lapack.broadcast(name, lu, b)
  local x
  if adjoint then
    local turned = lapack.adjoint(lu)
    x = p:matmul(lapack.triangular(turned, lapack.triangular(turned, b, false, false), true, true))
  else
    x = lapack.triangular(lu, lapack.triangular(lu, p:transpose(-2, -1):matmul(b), false, true), true, false)
  end
  return given.left and x or lapack.adjoint(x)
end
