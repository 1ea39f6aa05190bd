local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.ldl_factor(A: Tensor, {hermitian: bool = false}) -> Tensor, Tensor: L and D of A = L D Lᵀ (L D Lᴴ
-- where hermitian) in one matrix, and the pivots, of symmetric matrices, of which the lower triangle is read. For
-- torch.linalg.ldl_solve. No gradient.
-- Example: torch.linalg.ldl_factor(torch.eye(2))
return function(...)
  local given = options.read("linalg.ldl_factor", {{"A", kind = "tensor", required = true},
    {"hermitian", kind = "boolean", default = false}}, ...)
  lapack.check("linalg.ldl_factor", "A", 1, given.A, true)
  local ldl, pivots, info = lapack.ldl(given.A, given.hermitian)
  lapack.require_good("linalg.ldl_factor", info, "is singular (the diagonal element %d of D is zero)")
  return ldl, pivots
end
