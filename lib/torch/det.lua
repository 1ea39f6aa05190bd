local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.det(input: Tensor) -> Tensor: torch.linalg.det: the determinants of square matrices.
-- Example: torch.det(torch.eye(2) * 3)
-- 9
return function(...)
  local given = options.read("det", {lapack.INPUT}, ...)
  lapack.check("det", "input", 1, given.input, true)
  return (torch.linalg.det(given.input))
end
