local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.triangular_solve(input: Tensor, A: Tensor, upper: bool = true, transpose: bool = false, unitriangular: bool
-- = false) -> Tensor, Tensor: X of A X = input (Aᵀ X = input with transpose) for triangular A, and A.
-- Example: torch.triangular_solve(torch.ones(2, 1), torch.eye(2) * 2)
return function(...)
  local name = "triangular_solve"
  local given = options.read(name, {lapack.INPUT, {"A", kind = "tensor", required = true},
    {"upper", kind = "boolean", default = true}, {"transpose", kind = "boolean", default = false},
    {"unitriangular", kind = "boolean", default = false}}, ...)
  lapack.check(name, "input", 1, given.input)
  lapack.check(name, "A", 2, given.A, true)
  local a, b = lapack.broadcast(name, given.A, given.input)
  local solved = given.transpose and a:transpose(-2, -1) or a
  return lapack.triangular(solved, b, given.upper ~= given.transpose, given.unitriangular), a
end
