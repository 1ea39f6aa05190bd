local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.svd(A: Tensor, full_matrices: bool = true) -> Tensor, Tensor, Tensor: U, S and Vᴴ of
-- A = U diag(S) Vᴴ, S in descending order. With full_matrices U and V are square.
-- Example: torch.linalg.svd(torch.eye(2))
return function(...)
  local given = options.read("linalg.svd", {{"A", kind = "tensor", required = true},
    {"full_matrices", kind = "boolean", default = true}}, ...)
  lapack.check("linalg.svd", "A", 1, given.A)
  return lapack.decompose(given.A, given.full_matrices)
end
