local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.matrix_power(input: Tensor, n: int) -> Tensor: torch.linalg.matrix_power: the n-th power of square matrices.
-- Example: torch.matrix_power(torch.eye(2) * 2, 3)
-- {{8, 0}, {0, 8}}
return function(...)
  local given = options.read("matrix_power", {lapack.INPUT, {"n", kind = "integer", required = true}}, ...)
  return (torch.linalg.matrix_power(given.input, given.n))
end
