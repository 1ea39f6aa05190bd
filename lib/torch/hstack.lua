local options = require "torch.utils.options"

--- torch.hstack(tensors: Tensor[]) -> Tensor: The tensors side by side: along dimension 2, vectors along dimension 1.
-- Example: torch.hstack({torch.ones(2, 1), torch.zeros(2, 2)})
return function(...)
  local list = options.read_tensors("hstack", {}, ...)
  for i, x in ipairs(list) do list[i] = torch.atleast_1d(x) end
  return (torch.cat(list, list[1].ndim == 1 and 1 or 2))
end
