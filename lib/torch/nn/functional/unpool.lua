-- The way back from poolings for the largest element.
local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"indices", kind = "tensor", required = true},
  {"kernel_size", required = true}, {"stride"}, {"padding", default = 0}, {"output_size"}}

-- The sizes of the result: those given, of which only the last n count, or what the pooling came from.
local function result_size(name, given, x, n)
  local kernel = sizes.list(name, "kernel_size", 3, given.kernel_size, n, 1)
  local stride = sizes.list(name, "stride", 4, given.stride or kernel, n, 1)
  local padding = sizes.list(name, "padding", 5, given.padding, n, 0)
  local wanted, list = given.output_size, {}
  local length = wanted and options.length(wanted)
  if wanted and (not length or length < n) then
    options.wrong(name, "output_size", 6, ("an array of %d sizes"):format(n), wanted)
  end
  for i = 1, n do
    local usual = (x:size(i + 2) - 1) * stride[i] - 2 * padding[i] + kernel[i]
    list[i] = usual
    if wanted then
      local size = wanted[length - n + i]
      list[i] = options.integer(size)
      if not list[i] or math.abs(list[i] - usual) >= stride[i] then
        options.wrong(name, "output_size", 6, ("sizes nearer than the stride to %d"):format(usual), size)
      end
    end
  end
  return list
end

--- unpool(name, n, ...): zeros, with the elements of the input at the positions that the pooling gave.
return function(name, n, ...)
  local given = options.read(name, PARAMETERS, ...)
  local x, single = sizes.batch(name, given.input, n)
  local indices = given.indices
  if indices.shape ~= given.input.shape then
    options.wrong(name, "indices", 2, "the shape of 'input'", indices)
  end
  local size, area = result_size(name, given, x, n), 1
  for i = 1, n do area = area * size[i] end
  local flat = {x:size(1), x:size(2), x:numel() // math.max(1, x:size(1) * x:size(2))}
  local out = x:new_zeros({flat[1], flat[2], area}):scatter(3, indices:reshape(flat), x:reshape(flat))
  return sizes.unbatch(out:reshape(sizes.planes(x, size)), single)
end
