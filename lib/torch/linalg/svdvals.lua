local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.svdvals(A: Tensor) -> Tensor: The singular values in descending order.
-- Example: torch.linalg.svdvals(torch.eye(2) * 3)
-- {3, 3}
return function(...)
  local given = options.read("linalg.svdvals", {{"A", kind = "tensor", required = true}}, ...)
  lapack.check("linalg.svdvals", "A", 1, given.A)
  return lapack.singular_values(given.A)
end
