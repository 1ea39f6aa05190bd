local options = require "torch.utils.options"

--- torch.vstack(tensors: Tensor[]) -> Tensor: The tensors below each other, along dimension 1; vectors are rows.
-- Example: torch.vstack({torch.ones(2), torch.zeros(1, 2)})
return function(...)
  local list = options.read_tensors("vstack", {}, ...)
  for i, x in ipairs(list) do list[i] = torch.atleast_2d(x) end
  return (torch.cat(list, 1))
end
