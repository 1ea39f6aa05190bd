-- Images in other frames: resized, cropped, padded; and the boxes, points and masks on them.
local torch = require "torch"
local F = require "torch.nn.functional"
local options = require "torch.utils.options"
local arguments = require "torchvision.transforms.v2.functional.arguments"
local dispatch = require "torchvision.transforms.v2.functional.dispatch"
local forms = require "torchvision.transforms.v2.functional.forms"
local turned = require "torchvision.transforms.v2.functional.turned"

local frames = {}
local call, operation = dispatch.call, dispatch.operation

--- A row tensor like x.
local function row(x, list) return torch.tensor(list, {dtype = x.dtype, device = x.device}) end

-- Boxes are (x, y) pairs at these columns; the other numbers are lengths or angles.
local POINTS <const> = {XYXY = {1, 3}, XYWH = {1}, CXCYWH = {1}, XYWHR = {1}, CXCYWHR = {1}, XYXYXYXY = {1, 3, 5, 7}}
local WIDTH <const> = {XYXY = 4, XYWH = 4, CXCYWH = 4, XYWHR = 5, CXCYWHR = 5, XYXYXYXY = 8}

--- Boxes moved by (dx, dy).
local function moved(x, format, dx, dy)
  local shift = {}
  for i = 1, WIDTH[format] do shift[i] = 0 end
  for _, at in ipairs(POINTS[format]) do shift[at], shift[at + 1] = dx, dy end
  return x + row(x, shift)
end

-- Resized -----------------------------------------------------------------------------------------

-- Height and width after resizing: of one number the smaller edge, and the other one in proportion.
local function resized_size(name, h, w, size, max_size)
  local list = size ~= nil and arguments.items(size) or {}
  for i, item in ipairs(list) do list[i] = options.integer(item) or 0 end
  if size ~= nil and (#list == 0 or #list > 2 or list[1] < 1 or list[#list] < 1) then
    options.wrong(name, "size", 2, "a size or {height, width}", size)
  end
  if #list == 2 then
    if max_size then options.raise(name .. ": 'max_size' (argument 4): needs a 'size' of one number") end
    return list[1], list[2]
  elseif #list == 0 and not max_size then
    options.raise(name .. ": 'size' (argument 2): expected a size, {height, width}, or nothing with 'max_size'")
  end
  local short, long = math.min(h, w), math.max(h, w)
  if short == 0 then
    options.raise(("%s: 'inpt' (argument 1): expected an image with pixels, got %d×%d"):format(name, h, w))
  end
  local new_short, new_long = list[1], list[1] and list[1] * long // short
  if new_short == nil then new_short, new_long = max_size * short // long, max_size
  elseif max_size then
    if max_size <= new_short then
      options.wrong(name, "max_size", 4, ("more than the size %d of the smaller edge"):format(new_short), max_size)
    end
    if new_long > max_size then new_short, new_long = max_size * new_short // new_long, max_size end
  end
  new_short = math.max(new_short, 1)
  if h <= w then return new_short, new_long end
  return new_long, new_short
end

-- Shape of x with another height and width.
local function framed(x, h, w)
  local shape = table.move(x.shape, 1, x.ndim - 2, 1, {})
  shape[#shape + 1], shape[#shape + 2] = h, w
  return shape
end

-- x as (n×1×H×W).
local function planes(x)
  return x:reshape(-1, 1, x:size(-2), x:size(-1))
end

local function resize_planes(x, h, w, mode, antialias)
  if mode == "nearest" or mode == "nearest-exact" then return F.interpolate(x, {h, w}, {mode = mode}) end
  local dtype = x.dtype
  local native = dtype == torch.uint8 or dtype == torch.float32 or dtype == torch.float64
  if not native then x = x:float() end
  x = F.interpolate(x, {h, w}, {mode = mode, align_corners = false, antialias = antialias})
  if native then return x end
  return (arguments.bits(dtype) and x:round() or x):to(dtype)
end

local function resize_image(x, given)
  local h, w = resized_size(given.name or "resize", x:size(-2), x:size(-1), given.size, given.max_size)
  local mode = arguments.interpolation(given.name or "resize", 3, given.interpolation)
  if mode == "lanczos" and not given.antialias then
    options.raise((given.name or "resize") .. ": 'antialias': mode \"lanczos\" needs antialias = true")
  end
  if h == x:size(-2) and w == x:size(-1) then return x end
  if x:numel() == 0 then return x:new_zeros(framed(x, h, w)) end
  return resize_planes(planes(x), h, w, mode, given.antialias):reshape(framed(x, h, w))
end

local function resize_points(x, h, w, canvas_size)
  local old = x.dtype
  local wide = x:is_floating_point() and x or x:float()
  return (wide * row(wide, {w / canvas_size[2], h / canvas_size[1]})):to(old)
end

local function resize_boxes(x, given, tag)
  local size = tag.canvas_size
  local h, w = resized_size(given.name or "resize", size[1], size[2], given.size, given.max_size)
  if h == size[1] and w == size[2] then return x end
  if forms.is_turned(tag.format) then
    local corners = resize_points(forms.corners(x, tag.format), h, w, size)
    return forms.around(corners, x, tag.format, {h, w}, tag.clamping_mode), {h, w}
  end
  return resize_points(x:reshape(-1, 2, 2), h, w, size):reshape(x.shape), {h, w}
end

local RESIZE <const> = operation("resize", {{"size"}, {"interpolation", default = "bilinear"},
  {"max_size", kind = "positive"}, {"antialias", kind = "boolean", default = true}}, {
  Image = resize_image, Mask = dispatch.mask(resize_image), BoundingBoxes = resize_boxes,
  KeyPoints = function(x, given, tag)
    local size = tag.canvas_size
    local h, w = resized_size("resize", size[1], size[2], given.size, given.max_size)
    return resize_points(x, h, w, size), {h, w}
  end}, 2)

--- torchvision.transforms.v2.functional.resize(inpt: Tensor, size: ints, interpolation: string = "bilinear",
-- {max_size: int = nil, antialias: bool = true}) -> Tensor: Resized to size, {height, width}, or to a smaller edge of
-- `size` with the larger one in proportion, which is at most max_size long. interpolation: "nearest",
-- "nearest-exact", "bilinear", "bicubic" or "lanczos"; antialias: as Pillow does where the result is smaller. Masks
-- are never mixed.
-- Example: torchvision.transforms.v2.functional.resize(torch.rand(3, 8, 8), {2, 4}).shape
function frames.resize(...) return call(RESIZE, ...) end

-- Padded --------------------------------------------------------------------------------------------

local PADDINGS <const> = {constant = true, edge = true, reflect = true, symmetric = true}

local function padding_mode(name, value)
  if not PADDINGS[value] then
    options.wrong(name, "padding_mode", 4, '"constant", "edge", "reflect" or "symmetric"', value)
  end
  return value
end

-- Which of the n elements stands at i, from 0, before the first or behind the last.
local repeated <const> = {
  edge = function(i, n) return math.max(0, math.min(i, n - 1)) end,
  reflect = function(i, n) return i < 0 and -i or i >= n and 2 * n - 2 - i or i end,
  symmetric = function(i, n) return i < 0 and -i - 1 or i >= n and 2 * n - 1 - i or i end,
}

local function pad_along(x, dim, before, behind, mode)
  local n = x:size(dim)
  local most = mode == "edge" and math.huge or mode == "reflect" and n - 1 or n
  if n == 0 or math.max(before, behind) > most then
    options.raise(("pad: 'padding' (argument 2): expected at most %d for mode \"%s\", got %d"):format(
      n == 0 and 0 or most, mode, math.max(before, behind)))
  end
  local places = {}
  for i = -before, n + behind - 1 do places[#places + 1] = repeated[mode](i, n) + 1 end
  return x:index_select(dim, torch.tensor(places, {dtype = "int64", device = x.device}))
end

-- Borders of a fill for each channel, over zeros.
local function fill_borders(x, fill, left, top, right, bottom)
  local value = torch.tensor(fill, {dtype = "float64"}):to(x.dtype):to(x.device):reshape(-1, 1, 1)
  local h, w = x:size(-2), x:size(-1)
  local function put(dim, start, n)
    if n > 0 then
      local part = x:narrow(dim, start, n)
      part:copy_(value:expand(part.shape))
    end
  end
  put(-2, 1, math.min(top, h))
  put(-2, h - math.min(bottom, h) + 1, math.min(bottom, h))
  put(-1, 1, math.min(left, w))
  put(-1, w - math.min(right, w) + 1, math.min(right, w))
  return x
end

local function pad_image(x, given)
  local left, top, right, bottom = arguments.padding("pad", 2, given.padding)
  local mode = padding_mode("pad", given.padding_mode)
  local fill = arguments.fill("pad", 3, given.fill, x.ndim > 2 and x:size(-3) or 1) or {0}
  if left + right + x:size(-1) < 0 or top + bottom + x:size(-2) < 0 then
    options.raise("pad: 'padding' (argument 2): more is cut off than is there")
  end
  if mode ~= "constant" then
    if given.fill ~= nil and #arguments.items(given.fill) > 1 then
      options.raise(("pad: 'fill' (argument 3): mode \"%s\" has none"):format(mode))
    end
    return pad_along(pad_along(x, -1, left, right, mode), -2, top, bottom, mode)
  end
  local same = true
  for _, value in ipairs(fill) do same = same and value == fill[1] end
  local value = fill[1]
  if x.dtype == torch.bool then value = value ~= 0 and 1 or 0
  elseif not x:is_floating_point() then value = arguments.truncate(value) end
  local out = F.pad(x, {left, right, top, bottom}, {value = same and value or 0})
  return same and out or fill_borders(out, fill, left, top, right, bottom)
end

local function pad_mask(x, given)
  local fill = arguments.fill("pad", 3, given.fill, 1)
  return dispatch.mask(pad_image)(x, setmetatable({fill = fill}, {__index = given}))
end

local function check_constant(given, kind)
  if padding_mode("pad", given.padding_mode) ~= "constant" then
    options.raise(("pad: 'padding_mode' (argument 4): %s have none but \"constant\", got \"%s\""):format(kind,
      given.padding_mode))
  end
end

local function pad_canvas(given, size)
  local left, top, right, bottom = arguments.padding("pad", 2, given.padding)
  return left, top, {size[1] + top + bottom, size[2] + left + right}
end

local PAD <const> = operation("pad", {{"padding", required = true}, {"fill"}, {"padding_mode", default = "constant"}}, {
  Image = pad_image, Mask = pad_mask,
  BoundingBoxes = function(x, given, tag)
    check_constant(given, "BoundingBoxes")
    local left, top, size = pad_canvas(given, tag.canvas_size)
    return forms.clamp(moved(x, tag.format, left, top), tag.format, size, tag.clamping_mode), size
  end,
  KeyPoints = function(x, given, tag)
    check_constant(given, "KeyPoints")
    local left, top, size = pad_canvas(given, tag.canvas_size)
    return x + row(x, {left, top}), size
  end}, 2)

--- torchvision.transforms.v2.functional.pad(inpt: Tensor, padding: ints, fill: floats = nil, padding_mode: string =
-- "constant") -> Tensor: With borders. padding: of all edges, {left and right, top and bottom}, or {left, top, right,
-- bottom}. padding_mode: "constant" (`fill`, or 0; a number or one a channel), "edge" (the outermost pixels),
-- "reflect" (the mirror image without them), "symmetric" (with them).
-- Example: torchvision.transforms.v2.functional.pad(torch.ones(1, 1, 2), {1, 0}, {fill = 7})
function frames.pad(...) return call(PAD, ...) end

-- Cropped ----------------------------------------------------------------------------------------------

local function crop_image(x, given)
  local h, w = x:size(-2), x:size(-1)
  local top, left, height, width = given.top, given.left, given.height, given.width
  local first_row, last_row = math.max(top, 0), math.min(top + height, h)
  local first, last = math.max(left, 0), math.min(left + width, w)
  if first_row >= last_row or first >= last then return x:new_zeros(framed(x, height, width)) end
  x = x:narrow(-2, first_row + 1, last_row - first_row):narrow(-1, first + 1, last - first)
  if last_row - first_row == height and last - first == width then return x end
  return F.pad(x, {first - left, left + width - last, first_row - top, top + height - last_row})
end

local function crop_boxes(x, given, tag)
  local size = {given.height, given.width}
  local out = moved(x, tag.format, -given.left, -given.top)
  if tag.format == "XYXYXYXY" then out = turned.rectangle(out:to(torch.float32)):to(x.dtype) end
  return forms.clamp(out, tag.format, size, tag.clamping_mode), size
end

local function crop_points(x, given) return x - row(x, {given.left, given.top}), {given.height, given.width} end

local CROP_PARAMETERS <const> = {{"top", kind = "integer", required = true},
  {"left", kind = "integer", required = true}, {"height", kind = "positive", required = true},
  {"width", kind = "positive", required = true}}
local CROP <const> = operation("crop", CROP_PARAMETERS, {Image = crop_image, Mask = dispatch.mask(crop_image),
  BoundingBoxes = crop_boxes, KeyPoints = crop_points}, 2)

--- torchvision.transforms.v2.functional.crop(inpt: Tensor, top: int, left: int, height: int, width: int) -> Tensor:
-- The part of height × width pixels with `top` rows above it and `left` columns beside it; what lies outside is 0.
-- Example: torchvision.transforms.v2.functional.crop(torch.arange(9):reshape(1, 3, 3), 1, 1, 2, 2)
function frames.crop(...) return call(CROP, ...) end

-- A part in the middle of a frame.
local function middle(h, w, height, width)
  return {top = arguments.round((h - height) / 2), left = arguments.round((w - width) / 2), height = height,
    width = width}
end

local function center_crop_image(x, given)
  local height, width = arguments.size("center_crop", "output_size", 2, given.output_size)
  local over_y, over_x = math.max(height - x:size(-2), 0), math.max(width - x:size(-1), 0)
  if over_x > 0 or over_y > 0 then
    x = F.pad(x, {over_x // 2, (over_x + 1) // 2, over_y // 2, (over_y + 1) // 2})
  end
  return crop_image(x, middle(x:size(-2), x:size(-1), height, width))
end

local function center_crop(crop)
  return function(x, given, tag)
    local height, width = arguments.size("center_crop", "output_size", 2, given.output_size)
    return crop(x, middle(tag.canvas_size[1], tag.canvas_size[2], height, width), tag)
  end
end

local CENTER_CROP <const> = operation("center_crop", {{"output_size", required = true}}, {Image = center_crop_image,
  Mask = dispatch.mask(center_crop_image), BoundingBoxes = center_crop(crop_boxes),
  KeyPoints = center_crop(crop_points)}, 2)

--- torchvision.transforms.v2.functional.center_crop(inpt: Tensor, output_size: ints) -> Tensor: The part of the size,
-- or {height, width}, in the middle; a smaller image gets borders of 0.
-- Example: torchvision.transforms.v2.functional.center_crop(torch.rand(3, 8, 8), {2, 4}).shape
function frames.center_crop(...) return call(CENTER_CROP, ...) end

local RESIZED_CROP <const> = operation("resized_crop", {CROP_PARAMETERS[1], CROP_PARAMETERS[2], CROP_PARAMETERS[3],
  CROP_PARAMETERS[4], {"size", required = true}, {"interpolation", default = "bilinear"},
  {"antialias", kind = "boolean", default = true}}, {
  Image = function(x, given)
    given.name = "resized_crop"
    return resize_image(crop_image(x, given), given)
  end,
  Mask = dispatch.mask(function(x, given) return resize_image(crop_image(x, given), given) end),
  BoundingBoxes = function(x, given, tag)
    local out, size = crop_boxes(x, given, tag)
    local made, resized = resize_boxes(out, given, {format = tag.format, canvas_size = size,
      clamping_mode = tag.clamping_mode})
    return made, resized or size
  end,
  KeyPoints = function(x, given)
    local out, size = crop_points(x, given)
    local h, w = resized_size("resized_crop", size[1], size[2], given.size)
    return resize_points(out, h, w, size), {h, w}
  end}, 2)

--- torchvision.transforms.v2.functional.resized_crop(inpt: Tensor, top: int, left: int, height: int, width: int, size:
-- ints, interpolation: string = "bilinear", {antialias: bool = true}) -> Tensor: crop, then resize.
-- Example: torchvision.transforms.v2.functional.resized_crop(torch.rand(3, 8, 8), 1, 1, 4, 4, {2, 2}).shape
function frames.resized_crop(...) return call(RESIZED_CROP, ...) end

-- The four corners of an image and its middle.
local function five_crop_image(name, x, size)
  local height, width = arguments.size(name, "size", 2, size)
  local h, w = x:size(-2), x:size(-1)
  if height > h or width > w then
    options.wrong(name, "size", 2, ("at most the size of the image, %d × %d"):format(h, w),
      ("%d × %d"):format(height, width))
  end
  local list = {}
  for _, at in ipairs {{0, 0}, {0, w - width}, {h - height, 0}, {h - height, w - width}} do
    list[#list + 1] = crop_image(x, {top = at[1], left = at[2], height = height, width = width})
  end
  list[5] = center_crop_image(x, {output_size = {height, width}})
  return list
end

local FIVE_CROP <const> = operation("five_crop", {{"size", required = true}},
  {Image = function(x, given) return five_crop_image("five_crop", x, given.size) end}, 2)
--- torchvision.transforms.v2.functional.five_crop(inpt: Tensor, size: ints) -> Tensor, Tensor, Tensor, Tensor, Tensor:
-- The parts of this size in the four corners (top left, top right, bottom left, bottom right) and in the middle.
-- Example: torchvision.transforms.v2.functional.five_crop(torch.rand(3, 8, 8), 2)
function frames.five_crop(...) return call(FIVE_CROP, ...) end

local TEN_CROP <const> = operation("ten_crop", {{"size", required = true},
  {"vertical_flip", kind = "boolean", default = false}}, {Image = function(x, given)
    local list = five_crop_image("ten_crop", x, given.size)
    local mirror = x:flip(given.vertical_flip and -2 or -1)
    return table.move(five_crop_image("ten_crop", mirror, given.size), 1, 5, 6, list)
  end}, 2)
--- torchvision.transforms.v2.functional.ten_crop(inpt: Tensor, size: ints, {vertical_flip: bool = false}) -> any: The
-- ten parts that five_crop gives of the image and of its mirror image, as ten results.
-- Example: select("#", torchvision.transforms.v2.functional.ten_crop(torch.rand(3, 8, 8), 2))
function frames.ten_crop(...) return call(TEN_CROP, ...) end

return frames
