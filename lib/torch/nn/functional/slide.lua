-- The positions that sliding windows of planes read: what unfold gathers and fold adds up.
local sizes = require "torch.nn.functional.sizes"

local slide = {}

-- Positions along one dimension: kernel × windows.
local function along(count, kernel, stride, dilation)
  local starts = torch.arange(count):mul(stride):unsqueeze(1)
  return starts + torch.arange(kernel):mul(dilation):unsqueeze(2)
end

--- The windows of `name` by dimension, and their number.
function slide.windows(name, height, width, kernel, dilation, padding, stride)
  kernel = sizes.list(name, "kernel_size", nil, kernel, 2, 1)
  dilation = sizes.list(name, "dilation", nil, dilation, 2, 1)
  padding = sizes.list(name, "padding", nil, padding, 2, 0)
  stride = sizes.list(name, "stride", nil, stride, 2, 1)
  local rows = sizes.windows(height, kernel[1], stride[1], padding[1], dilation[1])
  local columns = sizes.windows(width, kernel[2], stride[2], padding[2], dilation[2])
  return {kernel = kernel, dilation = dilation, padding = padding, stride = stride, rows = rows, columns = columns,
    height = height + 2 * padding[1], width = width + 2 * padding[2]}
end

--- The positions, from 1, in the flattened padded plane, kernel element by kernel element: a vector.
function slide.positions(w)
  local y = along(w.rows, w.kernel[1], w.stride[1], w.dilation[1])
  local x = along(w.columns, w.kernel[2], w.stride[2], w.dilation[2])
  local all = y:reshape(w.kernel[1], 1, w.rows, 1) * w.width + x:reshape(1, w.kernel[2], 1, w.columns)
  return all:reshape(-1) + 1
end

return slide
