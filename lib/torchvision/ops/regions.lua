--- Regions of feature maps: roi_align, roi_pool and their position-sensitive forms, and convolution at free places.
local torch = require "torch"
local joined = require "torchvision.ops.joined_regions"
local options = require "torch.utils.options"

local regions = {}

local CHUNK <const> = 1 << 24 -- elements of what is between, at most

--- {height, width} of an integer or of an array of two.
local function size_of(name, parameter, position, value)
  local n = options.integer(value)
  local h, w = n, n
  if type(value) == "table" or type(value) == "userdata" then
    h, w = options.integer(value[1]), options.integer(value[2])
  end
  if not (h and w and h > 0 and w > 0) then
    options.wrong(name, parameter, position, "a size or {height, width}", value)
  end
  return h, w
end

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"boxes", required = true},
  {"output_size", required = true}, {"spatial_scale", kind = "number", default = 1},
  {"sampling_ratio", kind = "integer", default = -1}, {"aligned", kind = "boolean", default = false}}
local POOL <const> = table.move(PARAMETERS, 1, 4, 1, {})
local SENSITIVE <const> = table.move(PARAMETERS, 1, 5, 1, {})

--- The arguments as the functions use them: the input, the regions, the size of the output, and for whom.
local function read(name, parameters, ...)
  local given = options.read(name, parameters, ...)
  if given.input.ndim ~= 4 then options.wrong(name, "input", 1, "feature maps (N×C×H×W)", given.input) end
  given.name, given.regions = name, joined(name, given.boxes)
  given.height, given.width = size_of(name, "output_size", 3, given.output_size)
  local images = given.regions:select(2, 1)
  if #images > 0 and (images:lt(1):any():item() or images:gt(given.input:size(1)):any():item()) then
    options.raise(("%s: 'boxes' (argument 2): expected images from 1 to %d"):format(name, given.input:size(1)))
  end
  return given
end

-- Means of points --------------------------------------------------------------------------

--- The weights (K×bins×n) of the n pixels of an edge in the mean of the points of each bin: the points lie evenly in
-- the bins of a region that begins at `start` and is `length` long (K), and each reads its two neighbours.
local function weights(start, length, bins, points, n)
  local step = (length / bins):reshape(-1, 1, 1)
  local bin = torch.arange(bins, {dtype = start.dtype}):reshape(1, -1, 1)
  local point = (torch.arange(points, {dtype = start.dtype}) + 0.5):reshape(1, 1, -1) / points
  local at = start:reshape(-1, 1, 1) + (bin + point) * step
  local inside = at:ge(-1):logical_and(at:le(n))
  local pixels = torch.arange(n, {dtype = start.dtype})
  local hat = 1 - (at:clamp(0, n - 1):unsqueeze(-1) - pixels):abs()
  return (hat:clamp({min = 0}) * inside:unsqueeze(-1):to(start.dtype)):mean(3)
end

--- What `f(the regions, points in a bin of each along the height and the width)` gives, for regions of one number of
-- points at a time, put in their order.
local function by_points(given, length_y, length_x, f)
  local ratio = given.sampling_ratio
  if ratio > 0 then return f(torch.arange(1, #length_y + 1), ratio, ratio) end
  local groups, keys = {}, {}
  local ys = (length_y / given.height):ceil():clamp({min = 0}):tolist()
  local xs = (length_x / given.width):ceil():clamp({min = 0}):tolist()
  for k, y in ipairs(ys) do
    local key = ("%d %d"):format(y // 1, xs[k] // 1)
    if not groups[key] then
      groups[key] = {y = y // 1 | 0, x = xs[k] // 1 | 0}
      keys[#keys + 1] = key
    end
    table.insert(groups[key], k)
  end
  local parts, order = {}, {}
  for i, key in ipairs(keys) do
    local group = groups[key]
    local index = torch.tensor(table.move(group, 1, #group, 1, {}), {dtype = "int64"})
    parts[i], order[i] = f(index, group.y, group.x), index
  end
  return torch.cat(parts):index_select(1, torch.cat(order):argsort())
end

--- Where the regions begin, and how long they are, in pixels of the feature map.
local function extents(given, aligned)
  local r = given.regions:to(given.input.dtype) * given.spatial_scale
  local shift = aligned and 0.5 or 0
  local x, y = r:select(2, 2) - shift, r:select(2, 3) - shift
  local w, h = r:select(2, 4) - shift - x, r:select(2, 5) - shift - y
  return y, x, h, w
end

--- The mean of the points of each bin of each region, for all channels: K×C×height×width.
local function means(given, y, x, h, w)
  local input, images = given.input, given.regions:select(2, 1):long()
  local n, channels = #images, input:size(2)
  local rows, columns = input:size(3), input:size(4)
  if n == 0 then return input:new_zeros({0, channels, given.height, given.width}) end
  local function some(index, points_y, points_x)
    if points_y == 0 or points_x == 0 then
      return input:new_zeros({#index, channels, given.height, given.width})
    end
    local wy = weights(y:index_select(1, index), h:index_select(1, index), given.height, points_y, rows)
    local wx = weights(x:index_select(1, index), w:index_select(1, index), given.width, points_x, columns)
    local maps = input:index_select(1, images:index_select(1, index))
    return wy:unsqueeze(2):matmul(maps):matmul(wx:unsqueeze(2):transpose(-1, -2))
  end
  local most = math.max(1, CHUNK // (channels * rows * columns))
  return by_points(given, h, w, function(index, points_y, points_x)
    local parts = {}
    for i, part in ipairs(index:split(most)) do parts[i] = some(part, points_y, points_x) end
    return #parts == 1 and parts[1] or torch.cat(parts)
  end)
end

--- torchvision.ops.roi_align(input: Tensor, boxes: any, output_size: any, spatial_scale: float = 1, sampling_ratio:
-- int = -1, aligned: bool = false) -> Tensor: The means of bilinear samples in each bin of each region (He et al.
-- 2017). input (N×C×H×W); boxes: K×5 (the image, from 1, and x1, y1, x2, y2), or an array of boxes (L×4) for each
-- image; output_size: height and width, or {height, width}; → (K×C×height×width). sampling_ratio: points of a bin
-- along each edge (-1: as many as the pixels under it); aligned: boxes are half a pixel less.
-- Example: torchvision.ops.roi_align(torch.arange(16.):reshape(1, 1, 4, 4), torch.tensor({{1., 0, 0, 4, 4}}), 2)
function regions.roi_align(...)
  local given = read("roi_align", PARAMETERS, ...)
  local y, x, h, w = extents(given, given.aligned)
  if not given.aligned then h, w = h:clamp({min = 1}), w:clamp({min = 1}) end
  return means(given, y, x, h, w)
end

--- Of the channels, each bin has its own: K×C·height·width×height×width → K×C×height×width.
local function own_channels(given, all)
  local height, width = given.height, given.width
  local k, channels = all:size(1), all:size(2) // (height * width)
  local split = all:reshape(k, channels, height * width, height * width)
  return split:diagonal(0, 3, 4):reshape(k, channels, height, width)
end

local function check_channels(given)
  if given.input:size(2) % (given.height * given.width) ~= 0 then
    options.wrong(given.name, "input", 1,
      ("a number of channels that %d × %d divides"):format(given.height, given.width), given.input)
  end
end

--- torchvision.ops.ps_roi_align(input: Tensor, boxes: any, output_size: any, spatial_scale: float = 1, sampling_ratio:
-- int = -1) -> Tensor: roi_align where each bin reads channels of its own (Li et al. 2018): input
-- (N×C·height·width×H×W) → (K×C×height×width).
-- Example: torchvision.ops.ps_roi_align(torch.ones(1, 4, 4, 4), torch.tensor({{1., 0, 0, 4, 4}}), 2)
function regions.ps_roi_align(...)
  local given = read("ps_roi_align", SENSITIVE, ...)
  check_channels(given)
  return own_channels(given, means(given, extents(given, true)))
end

-- Pools over pixels --------------------------------------------------------------------------

-- As C's round: halves away from 0.
local function round(x) return x < 0 and math.ceil(x - 0.5) or math.floor(x + 0.5) end

--- The first and the last pixel (from 1) of bin `b` of `bins` in a region of `length` pixels from `start` on; last <
-- first: none.
local function bin_of(b, bins, start, length, n)
  local step = length / bins
  local first, last = math.floor((b - 1) * step) + start, math.ceil(b * step) + start
  return math.max(math.min(first, n), 0) + 1, math.max(math.min(last, n), 0)
end

--- torchvision.ops.roi_pool(input: Tensor, boxes: any, output_size: any, spatial_scale: float = 1) -> Tensor: The
-- largest pixel in each bin of each region, whose edges are rounded to pixels (Girshick 2015); arguments as in
-- roi_align; bins without a pixel give 0.
-- Example: torchvision.ops.roi_pool(torch.arange(16.):reshape(1, 1, 4, 4), torch.tensor({{1., 0, 0, 3, 3}}), 2)
function regions.roi_pool(...)
  local given = read("roi_pool", POOL, ...)
  local input, rows, columns = given.input, given.input:size(3), given.input:size(4)
  local all = {}
  local none = input:new_zeros({input:size(2)})
  for k, r in ipairs(given.regions:tolist()) do
    local x, y = round(r[2] * given.spatial_scale), round(r[3] * given.spatial_scale)
    local w = math.max(round(r[4] * given.spatial_scale) - x + 1, 1)
    local h = math.max(round(r[5] * given.spatial_scale) - y + 1, 1)
    local map, bins = input[r[1] // 1 | 0], {}
    for i = 1, given.height do
      local top, bottom = bin_of(i, given.height, y, h, rows)
      for j = 1, given.width do
        local left, right = bin_of(j, given.width, x, w, columns)
        local empty = bottom < top or right < left
        bins[#bins + 1] = empty and none
          or map:narrow(2, top, bottom - top + 1):narrow(3, left, right - left + 1):flatten(2):max(2)
      end
    end
    all[k] = torch.stack(bins, 2):reshape(input:size(2), given.height, given.width)
  end
  if #all == 0 then return input:new_zeros({0, input:size(2), given.height, given.width}) end
  return torch.stack(all)
end

--- The mean of the pixels of `map` in rows top..bottom and columns left..right, of the channels of one bin:
-- (channels).
local function bin_mean(map, bin, bins, channels, top, bottom, left, right)
  local own = map:reshape(channels, bins, map:size(2), map:size(3)):select(2, bin)
  return own:narrow(2, top, bottom - top + 1):narrow(3, left, right - left + 1):mean({2, 3})
end

--- torchvision.ops.ps_roi_pool(input: Tensor, boxes: any, output_size: any, spatial_scale: float = 1) -> Tensor: The
-- mean of the pixels in each bin of each region, where each bin reads channels of its own (Dai et al. 2016): input
-- (N×C·height·width×H×W) → (K×C×height×width); bins without a pixel give 0.
-- Example: torchvision.ops.ps_roi_pool(torch.ones(1, 4, 4, 4), torch.tensor({{1., 0, 0, 3, 3}}), 2)
function regions.ps_roi_pool(...)
  local given = read("ps_roi_pool", POOL, ...)
  check_channels(given)
  local input, count = given.input, given.height * given.width
  local rows, columns, channels = input:size(3), input:size(4), input:size(2) // count
  local all, none = {}, input:new_zeros({channels})
  for k, r in ipairs(given.regions:tolist()) do
    local x, y = round(r[2] * given.spatial_scale), round(r[3] * given.spatial_scale)
    local w = math.max(round(r[4] * given.spatial_scale) - x, 1)
    local h = math.max(round(r[5] * given.spatial_scale) - y, 1)
    local map, bins = input[r[1] // 1 | 0], {}
    for i = 1, given.height do
      local top, bottom = bin_of(i, given.height, y, h, rows - 1)
      for j = 1, given.width do
        local left, right = bin_of(j, given.width, x, w, columns - 1)
        local empty = bottom < top or right < left
        bins[#bins + 1] = empty and none or bin_mean(map, #bins + 1, count, channels, top, bottom, left, right)
      end
    end
    all[k] = torch.stack(bins, 2):reshape(channels, given.height, given.width)
  end
  if #all == 0 then return input:new_zeros({0, channels, given.height, given.width}) end
  return torch.stack(all)
end

-- Convolution at free places -------------------------------------------------------------------

local function pair_of(parameter, value)
  if options.integer(value) then return value, value end
  local pair = type(value) == "table" and options.integer(value[1]) and options.integer(value[2])
  if pair then return value[1], value[2] end
  options.wrong("deform_conv2d", parameter, nil, "an integer or {height, width}", value)
end

local DEFORM <const> = {{"input", kind = "tensor", required = true}, {"offset", kind = "tensor", required = true},
  {"weight", kind = "tensor", required = true}, {"bias", kind = "tensor"}, {"stride", default = 1},
  {"padding", default = 0}, {"dilation", default = 1}, {"mask", kind = "tensor"}}

--- Where the taps of the kernel stand before they are moved: rows (taps×outputs×1) and columns (taps×1×outputs).
local function taps(given, kh, kw, oh, ow)
  local sh, sw = pair_of("stride", given.stride)
  local ph, pw = pair_of("padding", given.padding)
  local dh, dw = pair_of("dilation", given.dilation)
  local dtype = given.input.dtype
  local i = torch.arange(kh, {dtype = dtype}):reshape(-1, 1):expand(kh, kw):reshape(-1, 1, 1)
  local j = torch.arange(kw, {dtype = dtype}):reshape(1, -1):expand(kh, kw):reshape(-1, 1, 1)
  return i * dh - ph + torch.arange(oh, {dtype = dtype}):reshape(1, -1, 1) * sh,
    j * dw - pw + torch.arange(ow, {dtype = dtype}):reshape(1, 1, -1) * sw
end

local function check_deform(given)
  local input, weight, offset = given.input, given.weight, given.offset
  if input.ndim ~= 4 then options.wrong("deform_conv2d", "input", 1, "images (N×C×H×W)", input) end
  if weight.ndim ~= 4 or input:size(2) % weight:size(2) ~= 0 then
    options.wrong("deform_conv2d", "weight", 3, "(O×C/groups×kh×kw)", weight)
  end
  local count = 2 * weight:size(3) * weight:size(4)
  if offset.ndim ~= 4 or offset:size(1) ~= input:size(1) or offset:size(2) % count ~= 0
    or offset:size(2) == 0 or input:size(2) % (offset:size(2) // count) ~= 0 then
    options.wrong("deform_conv2d", "offset", 2, ("(N×%d·groups×height×width)"):format(count), offset)
  end
  if given.mask and (given.mask.ndim ~= 4 or given.mask:size(2) * 2 ~= offset:size(2)) then
    options.wrong("deform_conv2d", "mask", nil, ("(N×%d×height×width)"):format(offset:size(2) // 2), given.mask)
  end
end

--- torchvision.ops.deform_conv2d(input: Tensor, offset: Tensor, weight: Tensor, bias: Tensor = nil, {stride: any = 1,
-- padding: any = 0, dilation: any = 1, mask: Tensor = nil}) -> Tensor: A convolution whose taps are moved: offset
-- (N×2·G·kh·kw×height×width) says by how many pixels, down and to the right in turn, for each of G groups of
-- channels; mask (N×G·kh·kw×height×width) weighs them (Dai et al. 2017, Zhu et al. 2019). input (N×C×H×W),
-- weight (O×C/groups×kh×kw), bias (O) → (N×O×height×width).
-- Example: torchvision.ops.deform_conv2d(torch.ones(1, 1, 3, 3), torch.zeros(1, 2, 3, 3), torch.ones(1, 1, 1, 1))
function regions.deform_conv2d(...)
  local given = options.read("deform_conv2d", DEFORM, ...)
  check_deform(given)
  local input, weight = given.input, given.weight
  local n, channels, rows, columns = table.unpack(input.shape)
  local outputs, per_group, kh, kw = table.unpack(weight.shape)
  local oh, ow = given.offset:size(3), given.offset:size(4)
  local count, groups = kh * kw, channels // per_group
  local free = given.offset:size(2) // (2 * count)
  local i, j = taps(given, kh, kw, oh, ow)
  local moved = given.offset:reshape(n * free, count, 2, oh, ow)
  local y, x = moved:select(3, 1) + i, moved:select(3, 2) + j
  local grid = torch.stack({(2 * x + 1) / columns - 1, (2 * y + 1) / rows - 1}, -1)
  local read_at = torch.nn.functional.grid_sample(input:reshape(n * free, channels // free, rows, columns),
    grid:reshape(n * free, count * oh, ow, 2), {align_corners = false})
  local samples = read_at:reshape(n, free, channels // free, count, oh * ow)
  if given.mask then samples = samples * given.mask:reshape(n, free, 1, count, oh * ow) end
  local result = weight:reshape(1, groups, outputs // groups, per_group * count)
    :matmul(samples:reshape(n, groups, per_group * count, oh * ow)):reshape(n, outputs, oh, ow)
  return given.bias and result + given.bias:reshape(1, -1, 1, 1) or result
end

return regions
