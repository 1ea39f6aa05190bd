local options = require "torch.utils.options"

--- torch.linalg.diagonal(A: Tensor, {offset: int = 0, dim1: int = -2, dim2: int = -1}) -> Tensor: diagonal, of the
-- last two dimensions.
-- Example: torch.linalg.diagonal(torch.ones(2, 3, 3))
return function(...)
  local given = options.read("diagonal", {{"A", kind = "tensor", required = true},
    {"offset", kind = "integer", default = 0}, {"dim1", kind = "integer", default = -2},
    {"dim2", kind = "integer", default = -1}}, ...)
  return given.A:diagonal(given.offset, given.dim1, given.dim2)
end
