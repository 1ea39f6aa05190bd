local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.cholesky_solve(input: Tensor, L: Tensor, upper: bool = false) -> Tensor: X of A X = input, A = L Lᴴ given
-- by L; with upper A = Uᴴ U by U.
-- Example: torch.cholesky_solve(torch.ones(2, 1), torch.eye(2) * 2)
-- {{0.25}, {0.25}}
return function(...)
  local given = options.read("cholesky_solve", {lapack.INPUT, {"L", kind = "tensor", required = true},
    {"upper", kind = "boolean", default = false}}, ...)
  lapack.check("cholesky_solve", "input", 1, given.input)
  lapack.check("cholesky_solve", "L", 2, given.L, true)
  local lower, b = lapack.broadcast("cholesky_solve", given.upper and lapack.adjoint(given.L) or given.L, given.input)
  if lapack.wants_gradient(lower) then -- PyTorch's gradient is that of L Lᴴ, whose upper triangle counts too
    lower = lower + (lower:tril() - lower):detach()
    return (lapack.solve(lower:matmul(lapack.adjoint(lower)), b))
  end
  return lapack.triangular(lapack.adjoint(lower), lapack.triangular(lower, b, false, false), true, false)
end
