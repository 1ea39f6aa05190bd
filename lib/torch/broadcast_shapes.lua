local options = require "torch.utils.options"

--- torch.broadcast_shapes(shapes: any, ...: any) -> table: The shape to which tensors of these shapes broadcast: from
-- the last dimension on, sizes are equal, 1 or not there.
-- Example: torch.broadcast_shapes({3, 1}, {2})
return function(...)
  local ndim, out = 0, {}
  for i = 1, select("#", ...) do
    local shape = select(i, ...)
    if options.integer(shape) then shape = {shape} end
    if options.length(shape) == nil then options.wrong("broadcast_shapes", "shapes", i, "a shape", shape) end
    local n = #shape
    if n > ndim then
      table.move(out, 1, ndim, n - ndim + 1)
      for d = 1, n - ndim do out[d] = 1 end
      ndim = n
    end
    for d = 1, n do
      local at, size = ndim - n + d, options.integer(shape[d])
      if size == nil or size < 0 then options.wrong("broadcast_shapes", "shapes", i, "sizes of 0 or more", shape[d]) end
      if out[at] ~= size and out[at] ~= 1 and size ~= 1 then
        options.raise(("broadcast_shapes: size %d of shape %d does not broadcast with %d"):format(size, i, out[at]))
      end
      if out[at] == 1 then out[at] = size end
    end
  end
  return out
end
