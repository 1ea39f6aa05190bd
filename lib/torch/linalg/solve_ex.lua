local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.solve_ex(A: Tensor, B: Tensor, {left: bool = true, check_errors: bool = false}) -> Tensor, Tensor: As
-- torch.linalg.solve, and info for each matrix: 0, or a position of the diagonal of U that is zero. Nothing is raised
-- unless check_errors.
-- Example: torch.linalg.solve_ex(torch.eye(2), torch.ones(2))
return function(...)
  local given = options.read("linalg.solve_ex", {solving.A, solving.B, solving.LEFT,
    {"check_errors", kind = "boolean", default = false}}, ...)
  local x, info = solving.solve("linalg.solve_ex", given)
  if given.check_errors then lapack.require_good("linalg.solve_ex", info, solving.SINGULAR) end
  return x, info
end
