local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.polar(A: Tensor) -> Tensor, Tensor: The polar decomposition A = U P of matrices (m×n, m ≥ n): U
-- (m×n) has orthonormal columns, P (n×n) is positive semidefinite.
-- Example: torch.linalg.polar(torch.tensor({{0.0, -2}, {2, 0}}))
-- {{0, -1}, {1, 0}}, {{2, 0}, {0, 2}}
return function(...)
  local given = options.read("linalg.polar", {solving.A}, ...)
  local a = given.A
  lapack.check("linalg.polar", "A", 1, a)
  if a:size(-2) < a:size(-1) then options.wrong("linalg.polar", "A", 1, "no more columns than rows", a) end
  local u, s, vh = lapack.decompose(a, false)
  local v = lapack.adjoint(vh)
  return u:matmul(vh), (v * s:to(a.dtype):unsqueeze(-2)):matmul(vh)
end
