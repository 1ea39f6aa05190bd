local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"
local slide = require "torch.nn.functional.slide"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"kernel_size", required = true},
  {"dilation", default = 1}, {"padding", default = 0}, {"stride", default = 1}}

--- nn.functional.unfold(input: Tensor, kernel_size: ints, dilation: ints = 1, padding: ints = 0, stride: ints = 1) ->
-- Tensor: The sliding windows of images (N×C×H×W, or without N) as columns: N × C·KH·KW × L for L windows.
-- Example: F.unfold(torch.ones(1, 1, 3, 3), 2).shape
return function(...)
  local given = options.read("unfold", PARAMETERS, ...)
  local x, single = sizes.batch("unfold", given.input, 2)
  local w = slide.windows("unfold", x:size(3), x:size(4), given.kernel_size, given.dilation, given.padding,
    given.stride)
  if w.rows < 1 or w.columns < 1 then
    options.wrong("unfold", "input", 1, "a plane that is not smaller than the window", given.input)
  end
  local padding = w.padding
  local flat = torch.nn.functional.pad(x, {padding[2], padding[2], padding[1], padding[1]}):flatten(3)
  local columns = flat:index_select(3, slide.positions(w):to(x.device))
  local height = x:size(2) * w.kernel[1] * w.kernel[2]
  return sizes.unbatch(columns:reshape(x:size(1), height, w.rows * w.columns), single)
end
