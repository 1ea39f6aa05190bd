local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.lu(A: Tensor, {pivot: bool = true}) -> Tensor, Tensor, Tensor: P, L and U of A = P L U: a permutation,
-- a lower triangle with ones on the diagonal, an upper triangle. pivot = false is refused.
-- Example: torch.linalg.lu(torch.eye(2))
return function(...)
  local given = options.read("linalg.lu", {solving.A, {"pivot", kind = "boolean", default = true}}, ...)
  lapack.check("linalg.lu", "A", 1, given.A)
  solving.require_pivot("linalg.lu", given.pivot)
  local lu, pivots = lapack.lu(given.A, lapack.form(given.A))
  return torch.lu_unpack(lu, pivots)
end
