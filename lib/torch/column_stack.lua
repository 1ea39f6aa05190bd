local options = require "torch.utils.options"

--- torch.column_stack(tensors: Tensor[]) -> Tensor: The tensors side by side, along dimension 2; vectors are columns.
-- Example: torch.column_stack({torch.ones(2), torch.zeros(2, 2)})
return function(...)
  local list = options.read_tensors("column_stack", {}, ...)
  for i, x in ipairs(list) do list[i] = x.ndim < 2 and x:reshape(-1, 1) or x end
  return (torch.cat(list, 2))
end
