local options = require "torch.utils.options"

--- torch.broadcast_tensors(tensors: any, ...: any) -> Tensor[]: The tensors expanded to one shape: views, several
-- results.
-- Example: torch.broadcast_tensors(torch.ones(3), torch.ones(2, 1))
return function(...)
  local list, shapes = options.read_tensors("broadcast_tensors", {}, ...), {}
  for i, x in ipairs(list) do shapes[i] = x.shape end
  local shape = torch.broadcast_shapes(table.unpack(shapes))
  for i, x in ipairs(list) do list[i] = x:expand(shape) end
  return table.unpack(list)
end
