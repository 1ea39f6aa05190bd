local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.eigvals(input: Tensor) -> Tensor: The eigenvalues of square matrices, complex numbers in no certain
-- order.
-- Example: torch.linalg.eigvals(torch.eye(2))
return function(...)
  local given = options.read("linalg.eigvals", {lapack.INPUT}, ...)
  lapack.check("linalg.eigvals", "input", 1, given.input, true)
  return (lapack.eig(given.input, lapack.wants_gradient(given.input)))
end
