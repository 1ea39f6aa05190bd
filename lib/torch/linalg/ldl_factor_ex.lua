local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.ldl_factor_ex(A: Tensor, {hermitian: bool = false, check_errors: bool = false}) -> Tensor, Tensor,
-- Tensor: As torch.linalg.ldl_factor, and info for each matrix. Nothing is raised unless check_errors.
-- Example: torch.linalg.ldl_factor_ex(torch.eye(2))
return function(...)
  local name = "linalg.ldl_factor_ex"
  local given = options.read(name, {{"A", kind = "tensor", required = true},
    {"hermitian", kind = "boolean", default = false}, {"check_errors", kind = "boolean", default = false}}, ...)
  lapack.check(name, "A", 1, given.A, true)
  local ldl, pivots, info = lapack.ldl(given.A, given.hermitian)
  if given.check_errors then lapack.require_good(name, info, "is singular (the diagonal element %d of D is zero)") end
  return ldl, pivots, info
end
