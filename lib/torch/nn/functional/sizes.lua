-- What the functions of windows share: sizes by dimension, inputs with or without a batch.
local options = require "torch.utils.options"

local sizes = {}

--- `value` as an array of `n` integers of at least `least`: one number stands for all of them.
function sizes.list(name, parameter, position, value, n, least)
  local one = type(value) == "number"
  local list, length = {}, not one and options.length(value)
  for i = 1, n do
    local item = one and value
    if length and length == n then item = value[i] end
    list[i] = options.integer(item)
    if list[i] == nil or list[i] < least then
      options.wrong(name, parameter, position,
        n == 1 and ("an integer, %d or more"):format(least)
          or ("an integer, %d or more, or an array of %d of them"):format(least, n), value)
    end
  end
  return list
end

--- The sizes an adaptive pooling gives: nil in an array (or false) stands for the size of the input.
function sizes.adaptive(name, value, x, n)
  local list, is_array = {}, type(value) == "table"
  for i = 1, n do
    local item = value
    if is_array then item = value[i] or false end
    list[i] = options.integer(item) or item == false and x:size(x.ndim - n + i)
    if not list[i] or list[i] < 1 or is_array and value[n + 1] ~= nil then
      options.wrong(name, "output_size", 2, ("a positive integer or an array of %d of them"):format(n), value)
    end
    if list[i] > 1 << 24 then options.raise(name .. ": 'output_size' (argument 2): too many windows") end
  end
  return list
end

--- The input with a dimension for the batch in front, and whether that was missing; `n`: the dimensions of a window.
function sizes.batch(name, x, n)
  if x.ndim == n + 2 then return x, false end
  if x.ndim == n + 1 then return x:unsqueeze(1), true end
  options.wrong(name, "input", 1, ("%d dimensions, or %d without a batch"):format(n + 2, n + 1), x)
end

--- Poolings for the largest element need one: dimensions other than that of the batch are not empty.
function sizes.check_positive(name, x, given)
  for i = 2, x.ndim do
    if x:size(i) == 0 then options.wrong(name, "input", 1, "elements in all dimensions but the batch", given) end
  end
end

--- The result without the dimension that sizes.batch added.
function sizes.unbatch(out, single) return single and out:squeeze(1) or out end

--- The shape whose first two sizes are those of x, and the others those of the array `rest`.
function sizes.planes(x, rest)
  return table.move(rest, 1, #rest, 3, {x:size(1), x:size(2)})
end

--- The number of windows along a dimension of `length` elements.
function sizes.windows(length, kernel, stride, padding, dilation, ceil_mode)
  local room = length + 2 * padding - dilation * (kernel - 1) - 1
  if not ceil_mode then return room // stride + 1 end
  local count = -(-room // stride) + 1
  return (count - 1) * stride >= length + padding and count - 1 or count
end

--- The parameters that all convolutions share.
sizes.CONVOLUTION = {{"input", kind = "tensor", required = true}, {"weight", kind = "tensor", required = true},
  {"bias", kind = "tensor"}, {"stride", default = 1}, {"padding", default = 0}, {"dilation", default = 1},
  {"groups", kind = "positive", default = 1}}

--- The parameters that all transposed convolutions share.
sizes.TRANSPOSED = {{"input", kind = "tensor", required = true}, {"weight", kind = "tensor", required = true},
  {"bias", kind = "tensor"}, {"stride", default = 1}, {"padding", default = 0}, {"output_padding", default = 0},
  {"groups", kind = "positive", default = 1}, {"dilation", default = 1}}

--- The parameters that poolings for the largest element share.
sizes.MAX_POOL = {{"input", kind = "tensor", required = true}, {"kernel_size", required = true}, {"stride"},
  {"padding", default = 0}, {"dilation", default = 1}, {"ceil_mode", kind = "boolean", default = false},
  {"return_indices", kind = "boolean", default = false}}

--- A weight has as many dimensions as the convolution wants.
function sizes.check_weight(name, weight, n)
  if weight.ndim ~= n + 2 then options.wrong(name, "weight", 2, ("%d dimensions"):format(n + 2), weight) end
end

return sizes
