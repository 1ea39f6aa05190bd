local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.eigvalsh(input: Tensor, UPLO: string = "L") -> Tensor: The eigenvalues of Hermitian or symmetric
-- matrices in ascending order. UPLO: the triangle that is read, "L" or "U".
-- Example: torch.linalg.eigvalsh(torch.eye(2))
-- {1, 1}
return function(...)
  local given = options.read("linalg.eigvalsh", {lapack.INPUT, {"UPLO", kind = "string", default = "L"}}, ...)
  local x = given.input
  lapack.check("linalg.eigvalsh", "input", 1, x, true)
  return (lapack.eigh(x, lapack.is_upper("linalg.eigvalsh", given.UPLO), lapack.wants_gradient(x)))
end
