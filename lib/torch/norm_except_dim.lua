local options = require "torch.utils.options"

local PARAMETERS <const> = {{"v", kind = "tensor", required = true}, {"pow", kind = "number", default = 2},
  {"dim", kind = "integer", default = 1}}

--- torch.norm_except_dim(v: Tensor, pow: number = 2, dim: int = 1) -> Tensor: The norms of the slices of one
-- dimension, which keeps its place; the others have size 1. dim = -1: the norm of all elements.
-- Example: torch.norm_except_dim(torch.ones(2, 3), 2, 1)
return function(...)
  local given = options.read("norm_except_dim", PARAMETERS, ...)
  local v, dims = given.v, {}
  if given.dim == -1 then return v:norm(given.pow) end
  local dim = options.dim("norm_except_dim", "dim", 3, given.dim, v.ndim)
  for d = 1, v.ndim do
    if d ~= dim then dims[#dims + 1] = d end
  end
  if #dims == 0 then return v:unsqueeze(-1):norm(given.pow, -1) end -- slices of one element
  return v:norm(given.pow, dims, true)
end
