local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"kernel_size", required = true}, {"stride"},
  {"padding", default = 0}, {"ceil_mode", kind = "boolean", default = false},
  {"count_include_pad", kind = "boolean", default = true}, {"divisor_override", kind = "integer"}}

-- The number of elements by which the sum of each window along a dimension is divided.
local function counts(length, count, kernel, stride, padding, with_padding)
  local list = {}
  for i = 1, count do
    local first = (i - 1) * stride - padding
    local last = math.min(first + kernel, length + padding)
    list[i] = with_padding and last - first or math.min(last, length) - math.max(first, 0)
  end
  return list
end

-- The divisors of all windows, of the size of the result.
local function divisors(x, out, k, s, p, with_padding)
  local product
  for i = 1, 3 do
    local list = counts(x:size(i + 2), out:size(i + 2), k[i], s[i], p[i], with_padding)
    local shape = {1, 1, 1}
    shape[i] = #list
    local factor = torch.tensor(list, {dtype = out.dtype, device = out.device}):reshape(shape)
    product = product and product * factor or factor
  end
  return product
end

--- nn.functional.avg_pool3d(input: Tensor, kernel_size: ints, stride: ints = nil, padding: ints = 0,
-- ceil_mode: bool = false, count_include_pad: bool = true, divisor_override: int = nil) -> Tensor: The mean of each
-- window of volumes (N×C×D×H×W, or without N): the sums of each plane are summed in depth. See
-- nn.functional.avg_pool2d.
-- Example: F.avg_pool3d(torch.ones(1, 1, 2, 2, 2), 2)
return function(...)
  local given = options.read("avg_pool3d", PARAMETERS, ...)
  local x, single = sizes.batch("avg_pool3d", given.input, 3)
  if given.divisor_override == 0 then
    options.wrong("avg_pool3d", "divisor_override", 7, "another integer than 0", 0)
  end
  local k = sizes.list("avg_pool3d", "kernel_size", 2, given.kernel_size, 3, 1)
  local s = sizes.list("avg_pool3d", "stride", 3, given.stride or k, 3, 1)
  local p = sizes.list("avg_pool3d", "padding", 4, given.padding, 3, 0)
  local pool = torch.nn.functional.avg_pool2d
  local n, c, depth = x:size(1), x:size(2), x:size(3)
  local sums = pool(x:reshape(n, c * depth, x:size(4), x:size(5)), {k[2], k[3]}, {s[2], s[3]}, {p[2], p[3]},
    given.ceil_mode, true, 1)
  local height, width = sums:size(3), sums:size(4)
  sums = pool(sums:reshape(n, c, depth, height * width), {k[1], 1}, {s[1], 1}, {p[1], 0}, given.ceil_mode, true, 1)
  sums = sums:reshape(n, c, sums:size(3), height, width)
  local divisor = given.divisor_override or divisors(x, sums, k, s, p, given.count_include_pad)
  local mean = sums.dtype:is_floating_point() and sums / divisor
    or torch.div(sums, divisor, {rounding_mode = "trunc"})
  return sizes.unbatch(mean, single)
end
