local options = require "torch.utils.options"

--- torch.norm_except_dim(v: Tensor, pow: number = 2, dim: int = 1) -> Tensor: The norms of the slices of one
-- dimension, which keeps its place; the others have size 1.
-- Example: torch.norm_except_dim(torch.ones(2, 3), 2, 1)
return function(v, pow, dim)
  if type(pow) == "table" then pow, dim = pow.pow, pow.dim end
  if type(dim) == "table" then dim = dim.dim end
  options.tensor("norm_except_dim", "v", 1, v)
  if not (pow == nil or type(pow) == "number") then options.wrong("norm_except_dim", "pow", 2, "a number", pow) end
  if not (dim == nil or options.integer(dim)) then options.wrong("norm_except_dim", "dim", 3, "a dimension", dim) end
  local dims = {}
  for d = 1, v.ndim do
    if d ~= (dim or 1) then dims[#dims + 1] = d end
  end
  return v:norm(pow or 2, dims, true)
end
