local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.det(A: Tensor) -> Tensor: The determinants of square matrices.
-- Example: torch.linalg.det(torch.eye(2) * 3)
-- 9
return function(...)
  local given = options.read("linalg.det", {solving.A}, ...)
  lapack.check("linalg.det", "A", 1, given.A, true)
  local diagonal, sign = solving.pivots(given.A)
  return diagonal:prod(-1) * sign
end
