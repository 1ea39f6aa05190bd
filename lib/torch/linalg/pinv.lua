local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.pinv(A: Tensor, {atol: any = nil, rtol: any = nil, hermitian: bool = false}) -> Tensor: The
-- pseudo-inverses of matrices. Singular values up to max(atol, rtol · the largest) count as 0; rtol is max(n, m) ·
-- eps unless atol is given. Both are numbers or tensors, one for each matrix.
-- Example: torch.linalg.pinv(torch.eye(2) * 2)
-- {{0.5, 0}, {0, 0.5}}
return function(...)
  local given = options.read("linalg.pinv", {{"A", kind = "tensor", required = true}, {"atol"}, {"rtol"},
    {"hermitian", kind = "boolean", default = false}}, ...)
  lapack.check("linalg.pinv", "A", 1, given.A, given.hermitian)
  return lapack.pseudo_inverse("linalg.pinv", given.A, given.atol, given.rtol, given.hermitian)
end
