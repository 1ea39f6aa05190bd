local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.eig(input: Tensor) -> Tensor, Tensor: The eigenvalues and the eigenvectors (columns of length 1) of
-- square matrices, complex numbers in no certain order.
-- Example: torch.linalg.eig(torch.eye(2))
return function(...)
  local given = options.read("linalg.eig", {lapack.INPUT}, ...)
  lapack.check("linalg.eig", "input", 1, given.input, true)
  return lapack.eig(given.input, true)
end
