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

-- In one and two dimensions it is the gradient of conv2d for its input, where output_padding is less than the stride:
-- otherwise conv2d would give more than the input has. Returns nil where it is not.
local function as_gradient(name, x, given, n, stride, padding, extra, dilation)
  local weight, size = given.weight, {x:size(1), given.weight:size(2) * given.groups}
  if n > 2 or not (x:is_floating_point() or x:is_complex()) or weight.dtype ~= x.dtype then return nil end
  for i = 1, n do
    if extra[i] >= stride[i] then return nil end
    size[i + 2] = (x:size(i + 2) - 1) * stride[i] - 2 * padding[i] + dilation[i] * (weight:size(i + 2) - 1)
      + extra[i] + 1
    if size[i + 2] < 1 then
      options.raise(("%s: 'input' (argument 1): the result would have size %d in dimension %d"):format(name,
        size[i + 2], i + 2))
    end
  end
  if n == 1 then
    x, weight = x:unsqueeze(3), weight:unsqueeze(3)
    size = {size[1], size[2], 1, size[3]}
    stride, padding, dilation = {1, stride[1]}, {0, padding[1]}, {1, dilation[1]}
  end
  local out = torch._C.call("conv2d_input", x, weight, size, stride, padding, dilation, given.groups)
  if n == 1 then out = out:squeeze(3) end
  return given.bias and out + given.bias:reshape(n == 1 and {1, -1, 1} or {1, -1, 1, 1}) or out
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
  local out = as_gradient(name, x, given, n, stride, padding, extra, dilation)
  if out then return sizes.unbatch(out, single) end
  local before, behind = {}, {}
  for i = 1, n do
    before[i] = dilation[i] * (weight:size(i + 2) - 1) - padding[i]
    behind[i] = before[i] + extra[i]
  end
  out = convolution(spread(x, n, stride, before, behind), turned(weight, groups, n), given.bias, 1, 0, dilation,
    groups)
  return sizes.unbatch(out, single)
end
