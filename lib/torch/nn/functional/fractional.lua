-- Fractional max pooling (Graham 2015): windows of one size at places that a random number moves.
local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

local fractional = {}

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"kernel_size", required = true},
  {"output_size"}, {"output_ratio"}, {"return_indices", kind = "boolean", default = false},
  {"_random_samples", kind = "tensor"}}

-- How many windows there are along each dimension.
local function counts(name, given, x, n)
  if (given.output_size == nil) == (given.output_ratio == nil) then
    options.raise(name .. ": expected either 'output_size' or 'output_ratio'")
  end
  if given.output_size ~= nil then return sizes.list(name, "output_size", 3, given.output_size, n, 1) end
  local list = {}
  for i = 1, n do
    local ratio = type(given.output_ratio) == "table" and given.output_ratio[i] or given.output_ratio
    if type(ratio) ~= "number" or ratio <= 0 or ratio >= 1 then
      options.wrong(name, "output_ratio", 4, ("a number between 0 and 1, or an array of %d"):format(n), ratio)
    end
    list[i] = x:size(x.ndim - n + i) * ratio // 1 | 0
  end
  return list
end

-- The first element (from 0) of each of `count` windows of `kernel` elements among `length`, (N×C×count), by random
-- numbers (N×C).
local function starts(samples, length, count, kernel)
  local last = torch.full({samples:size(1), samples:size(2), 1}, length - kernel,
    {dtype = "int64", device = samples.device})
  if count == 1 then return last end
  local alpha = (length - kernel) / (count - 1)
  local u = samples:unsqueeze(3)
  local steps = torch.arange(count - 1, {dtype = samples.dtype, device = samples.device})
  return torch.cat({((steps + u) * alpha):long() - (u * alpha):long(), last}, 3)
end

-- `at` (N×C×count) with the elements of each window, spread so that dimension i of n has them.
local function along(at, kernel, i, n)
  local inside = at:unsqueeze(4) + torch.arange(kernel, {device = at.device})
  local shape = {at:size(1), at:size(2)}
  for d = 1, n do shape[2 + d], shape[2 + n + d] = 1, 1 end
  shape[2 + i], shape[2 + n + i] = at:size(3), kernel
  return inside:reshape(shape)
end

--- nn.functional.fractional_max_poolNd: the largest elements, and with return_indices their positions.
function fractional.pool(name, n, ...)
  local given = options.read(name, PARAMETERS, ...)
  local x, single = sizes.batch(name, given.input, n)
  sizes.check_positive(name, x, given.input)
  local kernel, count = sizes.list(name, "kernel_size", 2, given.kernel_size, n, 1), counts(name, given, x, n)
  local samples = given._random_samples
  if samples == nil then samples = torch.rand({x:size(1), x:size(2), n}, {dtype = x.dtype, device = x.device})
  elseif samples.ndim ~= 3 or samples:size(1) ~= x:size(1) or samples:size(2) ~= x:size(2) or samples:size(3) ~= n then
    options.wrong(name, "_random_samples", 6, ("(%d×%d×%d)"):format(x:size(1), x:size(2), n), samples)
  end
  local flat, windows, elements, shape = 0, 1, 1, {x:size(1), x:size(2)}
  for i = 1, n do
    local length = x:size(2 + i)
    if count[i] < 1 or count[i] + kernel[i] - 1 > length then
      options.raise(("%s: %d windows of %d elements do not fit into %d"):format(name, count[i], kernel[i], length))
    end
    local which = n == 2 and 3 - i or i -- of planes the first number is that of the columns
    local at = starts(samples:select(3, which), length, count[i], kernel[i])
    flat = flat * length + along(at, kernel[i], i, n)
    windows, elements, shape[2 + i] = windows * count[i], elements * kernel[i], count[i]
  end
  local places = flat:reshape(shape[1], shape[2], windows, elements) + 1
  local rows = x:reshape(shape[1], shape[2], 1, x:numel() // math.max(shape[1] * shape[2], 1))
  local read = rows:expand(shape[1], shape[2], windows, rows:size(4)):gather(4, places)
  local out, best = read:max(-1)
  out = sizes.unbatch(out:reshape(shape), single)
  if not given.return_indices then return out end
  return out, sizes.unbatch(places:gather(4, best:unsqueeze(4)):reshape(shape), single)
end

return fractional
