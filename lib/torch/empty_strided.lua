local options = require "torch.utils.options"

--- torch.empty_strided(size: int[], stride: int[], {dtype: any = nil, device: any = nil, requires_grad: bool = false})
-- -> Tensor: A tensor of this shape and these strides (elements from one position to the next). What is in it is not
-- said.
-- Example: torch.empty_strided({2, 3}, {1, 2}):stride()
return function(...)
  local given = options.read("empty_strided", {{"size", kind = "table", required = true},
    {"stride", kind = "table", required = true}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  if #given.stride ~= #given.size then
    options.wrong("empty_strided", "stride", 2, ("%d numbers"):format(#given.size), given.stride)
  end
  local room, empty = 1, false
  for d, n in ipairs(given.size) do
    local step = math.tointeger(given.stride[d])
    if math.tointeger(n) == nil or n < 0 then options.wrong("empty_strided", "size", 1, "sizes", given.size) end
    if step == nil or step < 0 then options.wrong("empty_strided", "stride", 2, "numbers from 0 on", given.stride) end
    if n > 1 and step > (1 << 48) // n then
      options.wrong("empty_strided", "stride", 2, "smaller numbers", given.stride)
    end
    empty = empty or n == 0
    room = room + (n - 1) * step
  end
  local made = torch.empty({empty and 0 or room}, {dtype = given.dtype, device = given.device})
  return made:as_strided(given.size, given.stride):requires_grad_(given.requires_grad)
end
