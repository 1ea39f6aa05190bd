local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.inverse(input: Tensor) -> Tensor: torch.linalg.inv: the inverses of square matrices.
-- Example: torch.inverse(torch.eye(2) * 2)
-- {{0.5, 0}, {0, 0.5}}
return function(...)
  local given = options.read("inverse", {lapack.INPUT}, ...)
  lapack.check("inverse", "input", 1, given.input, true)
  return (torch.linalg.inv(given.input))
end
