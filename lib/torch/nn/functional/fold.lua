local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"
local slide = require "torch.nn.functional.slide"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"output_size", required = true},
  {"kernel_size", required = true}, {"dilation", default = 1}, {"padding", default = 0}, {"stride", default = 1}}

-- The columns belong to windows of planes of that size.
local function check(x, w, channels)
  local area, count = w.kernel[1] * (w.kernel[2] + 0.0), w.rows * (w.columns + 0.0) -- whatever their sizes
  if channels % area ~= 0 or x:size(3) ~= count then
    local expected = ("columns of a multiple of %.0f elements for %.0f windows"):format(area, count)
    options.wrong("fold", "input", 1, expected, x)
  end
end

--- nn.functional.fold(input: Tensor, output_size: ints, kernel_size: ints, dilation: ints = 1, padding: ints = 0,
-- stride: ints = 1) -> Tensor: The adjoint of unfold: columns (N × C·KH·KW × L, or without N) are added up where
-- their windows lie in images of output_size.
-- Example: F.fold(torch.ones(1, 4, 4), 3, 2)
return function(...)
  local given = options.read("fold", PARAMETERS, ...)
  local x, single = sizes.batch("fold", given.input, 1)
  local size = sizes.list("fold", "output_size", 2, given.output_size, 2, 1)
  local w = slide.windows("fold", size[1], size[2], given.kernel_size, given.dilation, given.padding, given.stride)
  check(x, w, x:size(2))
  local n, channels = x:size(1), x:size(2) // (w.kernel[1] * w.kernel[2])
  local flat = x:reshape(n, channels, -1)
  local sum = x:new_zeros({n, channels, w.height * w.width}):index_add(3, slide.positions(w):to(x.device), flat)
  local top, left = w.padding[1], w.padding[2]
  local out = sum:reshape(n, channels, w.height, w.width):narrow(3, top + 1, size[1]):narrow(4, left + 1, size[2])
  return sizes.unbatch(out:contiguous(), single)
end
