local options = require "torch.utils.options"
local norms = require "torch.utils.norms"

--- torch.linalg.norm(A: Tensor, ord: any = nil, dim: any = nil, keepdim: bool = false, {dtype: dtype = nil}) -> Tensor:
-- The norm of a vector (torch.linalg.vector_norm) along one dimension, of matrices (torch.linalg.matrix_norm) along
-- two. Without ord the 2-norm of the elements.
-- Example: torch.linalg.norm(torch.tensor({3.0, 4.0}))
-- 5
return function(...)
  local name = "linalg.norm"
  local given = options.read(name, {{"A", kind = "tensor", required = true}, {"ord"}, {"dim"},
    {"keepdim", kind = "boolean", default = false}, {"dtype"}}, ...)
  local a, dim = norms.floats(name, "A", given.A, given.dtype), given.dim
  if given.ord == nil then return norms.vector(a, 2, dim, given.keepdim) end
  if dim == nil and a.ndim > 2 then options.wrong(name, "A", 1, "1 or 2 dimensions where 'dim' is not given", a) end
  local two = type(dim) == "table" and #dim == 2 or dim == nil and a.ndim == 2
  if not two and type(given.ord) == "number" then return norms.vector(a, given.ord, dim, given.keepdim) end
  return norms.matrix(name, a, given.ord, dim or {-2, -1}, given.keepdim)
end
