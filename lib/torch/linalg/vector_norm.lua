local options = require "torch.utils.options"
local norms = require "torch.utils.norms"

--- torch.linalg.vector_norm(x: Tensor, ord: number = 2, dim: any = nil, keepdim: bool = false, {dtype: dtype = nil}) ->
-- Tensor: (Σ |x|^ord)^(1/ord) over dim, or over all elements; ord = inf or -inf is the largest or the smallest size, 0
-- counts what is not 0.
-- Example: torch.linalg.vector_norm(torch.tensor({3.0, 4.0}))
-- 5
return function(...)
  local given = options.read("linalg.vector_norm", {{"x", kind = "tensor", required = true},
    {"ord", kind = "number", default = 2}, {"dim"}, {"keepdim", kind = "boolean", default = false}, {"dtype"}}, ...)
  local x = norms.floats("linalg.vector_norm", "x", given.x, given.dtype)
  return norms.vector(x, given.ord, given.dim, given.keepdim)
end
