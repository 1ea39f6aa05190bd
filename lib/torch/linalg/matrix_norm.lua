local options = require "torch.utils.options"
local norms = require "torch.utils.norms"

--- torch.linalg.matrix_norm(A: Tensor, ord: any = "fro", dim: any = {-2, -1}, keepdim: bool = false, {dtype: dtype =
-- nil}) -> Tensor: Norms of matrices: "fro" (Frobenius), "nuc" (the sum of the singular values), inf and -inf (sums of
-- rows), 1 and -1 (sums of columns), 2 and -2 (the largest and the smallest singular value).
-- Example: torch.linalg.matrix_norm(torch.ones(2, 2))
-- 2
return function(...)
  local name = "linalg.matrix_norm"
  local given = options.read(name, {{"A", kind = "tensor", required = true}, {"ord", default = "fro"},
    {"dim", default = {-2, -1}}, {"keepdim", kind = "boolean", default = false}, {"dtype"}}, ...)
  local a = norms.floats(name, "A", given.A, given.dtype)
  return norms.matrix(name, a, given.ord, given.dim, given.keepdim)
end
