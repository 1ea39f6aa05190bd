local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.inv_ex(A: Tensor, {check_errors: bool = false}) -> Tensor, Tensor: As torch.linalg.inv, and info for
-- each matrix: 0, or a position of the diagonal of U that is zero. Nothing is raised unless check_errors.
-- Example: torch.linalg.inv_ex(torch.eye(2))
return function(...)
  local given = options.read("linalg.inv_ex", {solving.A, {"check_errors", kind = "boolean", default = false}}, ...)
  lapack.check("linalg.inv_ex", "A", 1, given.A, true)
  local x, info = lapack.solve(given.A, lapack.identity(given.A, given.A:size(-1)))
  if given.check_errors then lapack.require_good("linalg.inv_ex", info, solving.SINGULAR) end
  return x, info
end
