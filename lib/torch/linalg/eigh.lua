local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.eigh(input: Tensor, UPLO: string = "L") -> Tensor, Tensor: The eigenvalues in ascending order and the
-- eigenvectors (columns) of Hermitian or symmetric matrices. UPLO: the triangle that is read, "L" or "U".
-- Example: torch.linalg.eigh(torch.eye(2))
return function(...)
  local given = options.read("linalg.eigh", {lapack.INPUT, {"UPLO", kind = "string", default = "L"}}, ...)
  lapack.check("linalg.eigh", "input", 1, given.input, true)
  return lapack.eigh(given.input, lapack.is_upper("linalg.eigh", given.UPLO), true)
end
