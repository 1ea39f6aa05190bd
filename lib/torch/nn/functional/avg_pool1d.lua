local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"kernel_size", required = true}, {"stride"},
  {"padding", default = 0}, {"ceil_mode", kind = "boolean", default = false},
  {"count_include_pad", kind = "boolean", default = true}}

--- nn.functional.avg_pool1d(input: Tensor, kernel_size: int, stride: int = nil, padding: int = 0,
-- ceil_mode: bool = false, count_include_pad: bool = true) -> Tensor: The mean of each window of sequences (N×C×L or
-- C×L). See nn.functional.avg_pool2d.
-- Example: F.avg_pool1d(torch.tensor({{1.0, 3, 2, 4}}), 2)
return function(...)
  local given = options.read("avg_pool1d", PARAMETERS, ...)
  local x, single = sizes.batch("avg_pool1d", given.input, 1)
  local kernel = sizes.list("avg_pool1d", "kernel_size", 2, given.kernel_size, 1, 1)
  local stride = sizes.list("avg_pool1d", "stride", 3, given.stride or kernel, 1, 1)[1]
  local padding = sizes.list("avg_pool1d", "padding", 4, given.padding, 1, 0)[1]
  local out = torch.nn.functional.avg_pool2d(x:unsqueeze(3), {1, kernel[1]}, {1, stride}, {0, padding},
    given.ceil_mode, given.count_include_pad)
  return sizes.unbatch(out:squeeze(3), single)
end
