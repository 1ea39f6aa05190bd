-- Transposed convolutions of any number of dimensions.
local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

-- The weight of the convolution that does the same: input and output channels change places, the window is turned.
local function turned(weight, groups, n)
  local shape = weight.shape
  local rest = table.move(shape, 3, n + 2, 1, {})
  local split = table.move(rest, 1, n, 4, {groups, shape[1] // groups, shape[2]})
  local joined = table.move(rest, 1, n, 3, {groups * shape[2], shape[1] // groups})
  local dims = {}
  for i = 1, n do dims[i] = i + 2 end
  return weight:reshape(split):transpose(2, 3):reshape(joined):flip(dims)
end

-- The input with stride - 1 zeros between its elements, and at its ends as much as the window reaches beyond them.
local function spread(x, n, stride, before, behind)
  local apart, padding, whole, ends = {x:size(1), x:size(2)}, {}, {x:size(1), x:size(2)}, {}
  for i = 1, n do
    apart[2 * i + 1], apart[2 * i + 2] = x:size(i + 2), 1
    whole[i + 2] = x:size(i + 2) * stride[i]
    local at = 4 * (n - i)
    padding[at + 1], padding[at + 2], padding[at + 3], padding[at + 4] = 0, stride[i] - 1, 0, 0
    ends[2 * (n - i) + 1], ends[2 * (n - i) + 2] = before[i], behind[i] - (stride[i] - 1)
  end
  local pad = torch.nn.functional.pad
  return pad(pad(x:reshape(apart), padding):reshape(whole), ends)
end

-- The options by dimension; an output_padding that neither stride nor dilation reaches is refused, as by PyTorch.
local function by_dimension(name, given, n)
  local stride = sizes.list(name, "stride", 4, given.stride, n, 1)
  local padding = sizes.list(name, "padding", 5, given.padding, n, 0)
  local extra = sizes.list(name, "output_padding", 6, given.output_padding, n, 0)
  local dilation = sizes.list(name, "dilation", 8, given.dilation, n, 1)
  for i = 1, n do
    if extra[i] >= math.max(stride[i], dilation[i]) then
      options.raise(("%s: 'output_padding' (argument 6): expected less than stride or dilation, got %d"):format(name,
        extra[i]))
    end
  end
  return stride, padding, extra, dilation
end

--- transposed(name, n, convolution, ...): the transposed convolution of `n` dimensions by means of the plain one.
return function(name, n, convolution, ...)
  local given = options.read(name, sizes.TRANSPOSED, ...)
  local x, single = sizes.batch(name, given.input, n)
  local weight, groups = given.weight, given.groups
  sizes.check_weight(name, weight, n)
  if weight:size(1) ~= x:size(2) or x:size(2) % groups ~= 0 then
    options.raise(("%s: 'input' (argument 1): expected %d channels that groups = %d divides, got %d"):format(name,
      weight:size(1), groups, x:size(2)))
  end
  local stride, padding, extra, dilation = by_dimension(name, given, n)
  local before, behind = {}, {}
  for i = 1, n do
    before[i] = dilation[i] * (weight:size(i + 2) - 1) - padding[i]
    behind[i] = before[i] + extra[i]
  end
  local out = convolution(spread(x, n, stride, before, behind), turned(weight, groups, n), given.bias, 1, 0, dilation,
    groups)
  return sizes.unbatch(out, single)
end
