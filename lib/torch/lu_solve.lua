local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor: X of A X = input, A factored by
-- torch.lu.
-- Example: torch.lu_solve(torch.ones(2, 1), torch.lu(torch.eye(2)))
return function(...)
  local given = options.read("lu_solve", {lapack.INPUT, {"LU_data", kind = "tensor", required = true},
    {"LU_pivots", kind = "tensor", required = true}}, ...)
  lapack.check("lu_solve", "input", 1, given.input)
  return (torch.linalg.lu_solve(given.LU_data, given.LU_pivots, given.input))
end
