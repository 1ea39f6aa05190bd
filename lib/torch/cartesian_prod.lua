local options = require "torch.utils.options"

--- torch.cartesian_prod(tensors: any, ...: any) -> Tensor: All combinations of one element of each vector, one row
-- each.
-- Example: torch.cartesian_prod(torch.arange(2), torch.arange(3))
return function(...)
  local list = options.read_tensors("cartesian_prod", {}, ...)
  for i, x in ipairs(list) do
    if x.ndim ~= 1 then options.wrong("cartesian_prod", "tensors", i, "1 dimension", x) end
  end
  if #list == 1 then return list[1] end
  local grids = {torch.meshgrid(list)}
  for i, grid in ipairs(grids) do grids[i] = grid:reshape(-1) end
  return (torch.stack(grids, 2))
end
