local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

--- torch.linalg.solve(A: Tensor, B: Tensor, {left: bool = true}) -> Tensor: X of A X = B, or of X A = B where not left.
-- B holds matrices, or one vector for each matrix; batches broadcast. A singular matrix is an error.
-- Example: torch.linalg.solve(torch.eye(2) * 2, torch.ones(2))
-- {0.5, 0.5}
return function(...)
  local given = options.read("linalg.solve", {solving.A, solving.B, solving.LEFT}, ...)
  local x, info = solving.solve("linalg.solve", given)
  lapack.require_good("linalg.solve", info, solving.SINGULAR)
  return x
end
