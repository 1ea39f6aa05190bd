local options = require "torch.utils.options"

--- torch.linalg.vecdot(x: Tensor, y: Tensor, {dim: int = -1}) -> Tensor: The inner products along dim, of the
-- conjugate of x; the other dimensions broadcast.
-- Example: torch.linalg.vecdot(torch.ones(2, 3), torch.ones(2, 3))
return function(...)
  local given = options.read("vecdot", {{"x", kind = "tensor", required = true},
    {"y", kind = "tensor", required = true}, {"dim", kind = "integer", default = -1}}, ...)
  return (given.x:conj() * given.y):sum(given.dim)
end
