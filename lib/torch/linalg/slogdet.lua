local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.slogdet(A: Tensor) -> Tensor, Tensor: The sign (for complex numbers the direction) and the logarithm of
-- the size of the determinants: 0 and -inf where a matrix is singular.
-- Example: torch.linalg.slogdet(torch.eye(2))
return function(...)
  local given = options.read("linalg.slogdet", {solving.A}, ...)
  lapack.check("linalg.slogdet", "A", 1, given.A, true)
  local diagonal, sign = solving.pivots(given.A)
  return diagonal:sgn():prod(-1) * sign, diagonal:abs():log():sum(-1)
end
