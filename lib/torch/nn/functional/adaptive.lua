-- Adaptive poolings of any number of dimensions: output i of o is made of the elements from ⌊(i - 1) n / o⌋ + 1 to
-- ⌈i n / o⌉. Where o divides n these are windows of one size side by side, as avg_pool2d and max_pool2d have them.
-- Else one dimension after the other is pooled, for the windows of several dimensions are products.
local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

local adaptive = {}

local AVERAGE <const> = {{"input", kind = "tensor", required = true}, {"output_size", required = true}}
local MAX <const> = {{"input", kind = "tensor", required = true}, {"output_size", required = true},
  {"return_indices", kind = "boolean", default = false}}

-- The window of output i along dimension `dim`, and the position before its first element.
local function window(x, dim, i, count)
  local length = x:size(dim)
  local first = (i - 1) * length // count
  return x:narrow(dim, first + 1, -(-(i * length) // count) - first), first
end

local function check(name, x, n)
  if x.ndim ~= n + 1 and x.ndim ~= n + 2 then
    options.wrong(name, "input", 1, ("%d dimensions, or %d without a batch"):format(n + 2, n + 1), x)
  end
  for i = x.ndim - n + 1, x.ndim do
    if x:size(i) == 0 then options.wrong(name, "input", 1, "elements in the pooled dimensions", x) end
  end
end

-- The size of the windows in a plane, {height, width}, where all have one; nil where they do not, or lie in volumes.
local function even_windows(x, n, count)
  if n > 2 or x:numel() == 0 then return nil end
  local size = {1, 1}
  for i = 1, n do
    local length = x:size(x.ndim - n + i)
    if length % count[i] ~= 0 then return nil end
    size[2 - n + i] = length // count[i]
  end
  return size
end

-- pool(x, size) of the planes of x, or of its sequences as planes one element high.
local function pool_planes(pool, x, n, size)
  if n == 2 then return pool(x, size) end
  local out, places = pool(x:unsqueeze(-2), size)
  return out:squeeze(-2), places and places:squeeze(-2)
end

-- The means of windows along one dimension; where all have one size they are the rows of a view.
local function mean_along(x, dim, count)
  local length = x:size(dim)
  if count == length then return x end
  if length % count == 0 then return x:unflatten(dim, {count, length // count}):mean(dim + 1) end
  local parts = {}
  for i = 1, count do parts[i] = window(x, dim, i, count):mean(dim, true) end
  return torch.cat(parts, dim)
end

--- The means of adaptive windows of `n` dimensions.
function adaptive.average(name, n, ...)
  local given = options.read(name, AVERAGE, ...)
  local x = given.input
  check(name, x, n)
  local count = sizes.adaptive(name, given.output_size, x, n)
  options.room(name, count)
  local size = x.dtype:is_floating_point() and even_windows(x, n, count)
  if size and size[1] * size[2] > 1 then return (pool_planes(torch.nn.functional.avg_pool2d, x, n, size)) end
  for i = n, 1, -1 do x = mean_along(x, x.ndim - n + i, count[i]) end
  return rawequal(x, given.input) and x:clone() or x -- windows of one element: the result is still another tensor
end

-- The largest elements of windows along one dimension, and their positions in it.
local function max_along(x, dim, count)
  local parts, places = {}, {}
  for i = 1, count do
    local part, first = window(x, dim, i, count)
    local value, place = part:max(dim, true)
    parts[i], places[i] = value, place + first
  end
  return torch.cat(parts, dim), torch.cat(places, dim)
end

--- The largest elements of adaptive windows of `n` dimensions; with return_indices their positions, too.
function adaptive.max(name, n, ...)
  local given = options.read(name, MAX, ...)
  local x, indices = given.input, nil
  check(name, x, n)
  local count = sizes.adaptive(name, given.output_size, x, n)
  options.room(name, count)
  local size = even_windows(x, n, count)
  if size then
    local out, places = pool_planes(torch.nn.functional.max_pool2d_with_indices, x, n, size)
    if given.return_indices then return out, places end
    return out
  end
  local plane = 1 -- the elements of the dimensions behind the one that is pooled
  for i = n, 1, -1 do
    local dim, length = x.ndim - n + i, x:size(x.ndim - n + i)
    local place
    x, place = max_along(x, dim, count[i])
    indices = indices and indices:gather(dim, place) + (place - 1) * plane or place
    plane = plane * length
  end
  if given.return_indices then return x, indices end
  return x
end

return adaptive
