local options = require "torch.utils.options"

--- torch.dstack(tensors: Tensor[]) -> Tensor: The tensors behind each other, along dimension 3, after atleast_3d.
-- Example: torch.dstack({torch.ones(2), torch.zeros(2)})
return function(...)
  local list = options.read_tensors("dstack", {}, ...)
  for i, x in ipairs(list) do list[i] = torch.atleast_3d(x) end
  return (torch.cat(list, 3))
end
