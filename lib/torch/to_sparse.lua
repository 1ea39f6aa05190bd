local options = require "torch.utils.options"

--- torch.to_sparse(input: Tensor, sparse_dim: int = nil) -> table: The elements that are not 0 as a sparse tensor
-- (torch.sparse); with sparse_dim only so many dimensions are sparse, and a value is a row, a matrix or more.
-- Example: torch.eye(2):to_sparse()
return function(...)
  local given = options.read("to_sparse", {{"input", kind = "tensor", required = true},
    {"sparse_dim", kind = "positive"}}, ...)
  local x = given.input
  local n = given.sparse_dim or x.ndim
  if x.ndim < 1 or n > x.ndim then
    options.wrong("to_sparse", "sparse_dim", 2, ("from 1 to %d, the dimensions of the tensor"):format(x.ndim), n)
  end
  local filled = x:ne(0)
  if n < x.ndim then filled = filled:flatten(n + 1):any(-1) end
  local at = filled:nonzero()
  local flat = filled:flatten():nonzero():flatten()
  local values = x:flatten(1, n):index_select(1, flat)
  return require "torch.sparse"._make(at:t():contiguous(), values, table.move(x.shape, 1, x.ndim, 1, {}), true)
end
