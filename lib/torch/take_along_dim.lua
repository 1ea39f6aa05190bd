local options = require "torch.utils.options"

--- torch.take_along_dim(input: Tensor, indices: Positions, dim: int = nil) -> Tensor: gather after input and indices
-- are expanded to one shape outside dim; without dim both are flattened. What argmax, argsort give fits.
-- Example: torch.take_along_dim(torch.tensor({{3, 1, 2}}), torch.tensor({{2, 3, 1}}), 2)
return function(...)
  local given = options.read("take_along_dim", {{"input", kind = "tensor", required = true},
    {"indices", kind = "tensor", required = true}, {"dim", kind = "integer"}}, ...)
  local x, index = given.input, given.indices
  if given.dim == nil then return x:reshape(-1):gather(1, index:reshape(-1)) end
  if x.ndim ~= index.ndim then
    options.raise(("take_along_dim: 'indices' (argument 2): expected %d dimensions, got %d"):format(x.ndim, index.ndim))
  end
  local dim = options.dim("take_along_dim", "dim", 3, given.dim, x.ndim)
  local left, right = {}, {}
  for d = 1, x.ndim do
    left[d], right[d] = d == dim and 1 or x:size(d), d == dim and 1 or index:size(d)
  end
  local shape, wide, long = torch.broadcast_shapes(left, right), {}, {}
  for d = 1, x.ndim do
    wide[d], long[d] = d == dim and x:size(d) or shape[d], d == dim and index:size(d) or shape[d]
  end
  return x:expand(wide):gather(dim, index:expand(long))
end
