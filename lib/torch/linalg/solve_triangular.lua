local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.solve_triangular(A: Tensor, B: Tensor, {upper: bool, left: bool = true, unitriangular: bool =
-- false}) -> Tensor: X of A X = B, or of X A = B where not left, for triangular A; the other triangle is not read,
-- nor the diagonal where unitriangular says that it is 1.
-- Example: torch.linalg.solve_triangular(torch.eye(2) * 2, torch.ones(2, 1), {upper = true})
return function(...)
  local name = "linalg.solve_triangular"
  local given = options.read(name, {solving.A, solving.B, {"upper", kind = "boolean", required = true},
    solving.LEFT, {"unitriangular", kind = "boolean", default = false}}, ...)
  local a, b, upper = given.A, given.B, given.upper
  lapack.check(name, "A", 1, a, true)
  lapack.check(name, "B", 2, b)
  if not given.left then a, b, upper = a:transpose(-2, -1), b:transpose(-2, -1), not upper end
  a, b = lapack.broadcast(name, a, b)
  local x = lapack.triangular(a, b, upper, given.unitriangular)
  return given.left and x or x:transpose(-2, -1)
end
