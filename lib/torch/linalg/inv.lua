local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.inv(A: Tensor) -> Tensor: The inverses of square matrices. A singular matrix is an error.
-- Example: torch.linalg.inv(torch.eye(2) * 2)
-- {{0.5, 0}, {0, 0.5}}
return function(...)
  local given = options.read("linalg.inv", {solving.A}, ...)
  lapack.check("linalg.inv", "A", 1, given.A, true)
  local x, info = lapack.solve(given.A, lapack.identity(given.A, given.A:size(-1)))
  lapack.require_good("linalg.inv", info, solving.SINGULAR)
  return x
end
