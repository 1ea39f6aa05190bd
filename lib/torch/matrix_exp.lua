local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.matrix_exp(input: Tensor) -> Tensor: torch.linalg.matrix_exp: the exponentials of square matrices.
-- Example: torch.matrix_exp(torch.zeros(2, 2))
-- {{1, 0}, {0, 1}}
return function(...)
  local given = options.read("matrix_exp", {lapack.INPUT}, ...)
  lapack.check("matrix_exp", "input", 1, given.input, true)
  return (torch.linalg.matrix_exp(given.input))
end
