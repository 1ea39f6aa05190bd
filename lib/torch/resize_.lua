local options = require "torch.utils.options"

--- The sizes as an array.
local function read_shape(...)
  local size = type((...)) == "table" and (...) or {...}
  local shape = {}
  for i, n in ipairs(size) do
    shape[i] = options.integer(n)
    if shape[i] == nil or shape[i] < 0 then options.wrong("resize_", "size", i + 1, "sizes, 0 or more", n) end
  end
  return shape
end

--- torch.resize_(input: Tensor, size: table, ...: any) -> Tensor: input with another shape, contiguous, over the same
-- memory, which grows where it is too small; what is new in it is not said. A tensor that requires a gradient is
-- refused.
-- Example: torch.arange(6):resize_(2, 2)
return function(input, ...)
  options.tensor("resize_", "input", 1, input)
  if input.requires_grad then
    options.raise "resize_: 'input' (argument 1): a tensor that requires a gradient has a fixed size"
  end
  local shape, strides, n = read_shape(...), {}, 1
  options.room("resize_", shape)
  for d = #shape, 1, -1 do
    strides[d] = n
    n = n * math.max(shape[d], 1)
  end
  local empty = false
  for _, size in ipairs(shape) do empty = empty or size == 0 end
  if not empty then torch._C.storage_grow(input, (input:storage_offset() + n) * input:element_size()) end
  return input:as_strided_(shape, strides, input:storage_offset())
end
