-- What images, boxes and points are like: their sizes and forms; boxes and points that are cut or left out.
local torch = require "torch"
local options = require "torch.utils.options"
local tv_tensors = require "torchvision.tv_tensors"
local forms = require "torchvision.transforms.v2.functional.forms"

local meta = {}

-- The tag of x, which must be `class` or plain; the fields of a plain one come as arguments.
local function tag_of(name, x, class)
  local tag = torch._C.tag_of(x)
  if tag and tag.tv_class ~= class then
    options.raise(("%s: 'inpt' (argument 1): not for %s"):format(name, tag.tv_class))
  end
  return tag
end

-- A field of the tag, or the argument of that name, which a tagged tensor must not have.
local function field(name, tag, given, parameter, position, check)
  local value = given[parameter]
  if tag and value ~= nil then
    options.raise(("%s: '%s' (argument %d): %s have their own"):format(name, parameter, position, tag.tv_class))
  end
  return tag or check(value)
end

local function format_and_canvas(name, tag, given)
  local format = field(name, tag, given, "format", 2, function(v) return tv_tensors._format(name, "format", 2, v) end)
  local size = field(name, tag, given, "canvas_size", 3, function(v)
    if v == nil then options.wrong(name, "canvas_size", 3, "{height, width}", v) end
    return tv_tensors._canvas(name, 3, v)
  end)
  return tag and tag.format or format, tag and tag.canvas_size or size
end

local function check_boxes(name, x, format)
  if x.ndim == 0 or x:size(-1) ~= tv_tensors._width(format) then
    options.wrong(name, "inpt", 1, ("boxes (…×%d)"):format(tv_tensors._width(format)), x)
  end
end

local CONVERT <const> = {{"inpt", kind = "tensor", required = true}, {"old_format"}, {"new_format"}}

--- torchvision.transforms.v2.functional.convert_bounding_box_format(inpt: Tensor, old_format: string = nil,
-- new_format: string = nil) -> Tensor: Boxes in another form, new_format: "XYXY", "XYWH" or "CXCYWH"; turned boxes
-- "XYWHR", "CXCYWHR" or "XYXYXYXY". old_format is for plain tensors: BoundingBoxes know theirs.
-- Example:
--     local F = torchvision.transforms.v2.functional
--     return F.convert_bounding_box_format(torch.tensor({{1, 2, 9, 8}}), "XYXY", "XYWH")
function meta.convert_bounding_box_format(...)
  local name = "convert_bounding_box_format"
  local given = options.read(name, CONVERT, ...)
  local x, tag = given.inpt, tag_of(name, given.inpt, "BoundingBoxes")
  local new = tv_tensors._format(name, "new_format", 3, given.new_format)
  local old = field(name, tag, given, "old_format", 2, function(v)
    return tv_tensors._format(name, "old_format", 2, v)
  end)
  old = tag and tag.format or old
  check_boxes(name, x, old)
  local out = forms.convert(x, old, new)
  if out == nil then options.wrong(name, "new_format", 3, "a form of " .. (forms.is_turned(old) and "turned boxes"
    or "boxes that are not turned"), new) end
  return tag and tv_tensors._wrap(out, x, new) or out
end

local CLAMP <const> = {{"inpt", kind = "tensor", required = true}, {"format"}, {"canvas_size"},
  {"clamping_mode", default = "auto", off = true}}

--- torchvision.transforms.v2.functional.clamp_bounding_boxes(inpt: Tensor, format: string = nil, canvas_size: int[] =
-- nil, clamping_mode: string = "auto") -> Tensor: Boxes cut at the edges of their canvas. format and canvas_size
-- {height, width} are for plain tensors. clamping_mode: "soft" (of turned boxes the smallest one around what is
-- left), "hard" (the largest one inside), "auto" (that of the boxes), or false (nothing is cut).
-- Example:
--     local F = torchvision.transforms.v2.functional
--     return F.clamp_bounding_boxes(torch.tensor({{-1, 2, 9, 8}}), "XYXY", {5, 6}, "soft")
function meta.clamp_bounding_boxes(...)
  local name = "clamp_bounding_boxes"
  local given = options.read(name, CLAMP, ...)
  local x, tag, mode = given.inpt, tag_of(name, given.inpt, "BoundingBoxes"), given.clamping_mode
  local format, size = format_and_canvas(name, tag, given)
  if mode ~= "soft" and mode ~= "hard" and mode ~= "auto" and mode ~= false then
    options.wrong(name, "clamping_mode", 4, '"soft", "hard", "auto" or false', mode)
  end
  if mode == "auto" then mode = "soft" if tag then mode = tag.clamping_mode end end
  check_boxes(name, x, format)
  local out = forms.clamp(x, format, size, mode)
  return tag and tv_tensors._wrap(out, x) or out
end

local POINTS <const> = {{"inpt", kind = "tensor", required = true}, {"canvas_size"}}

local function points_canvas(name, given)
  local x = given.inpt
  local tag = tag_of(name, x, "KeyPoints")
  if tag and given.canvas_size then
    options.raise(name .. ": 'canvas_size' (argument 2): KeyPoints have their own")
  end
  if x.ndim == 0 or x:size(-1) ~= 2 then options.wrong(name, "inpt", 1, "points (…×2)", x) end
  return x, tag, tag and tag.canvas_size or tv_tensors._canvas(name, 2, given.canvas_size)
end

--- torchvision.transforms.v2.functional.clamp_keypoints(inpt: Tensor, canvas_size: int[] = nil) -> Tensor: Points
-- moved to the nearest pixel of their canvas; canvas_size {height, width} is for plain tensors.
-- Example: torchvision.transforms.v2.functional.clamp_keypoints(torch.tensor({{-1, 7}}), {5, 6})
function meta.clamp_keypoints(...)
  local x, tag, size = points_canvas("clamp_keypoints", options.read("clamp_keypoints", POINTS, ...))
  local out = torch.stack({x:select(-1, 1):clamp(0, size[2] - 1), x:select(-1, 2):clamp(0, size[1] - 1)}, -1)
  return tag and tv_tensors._wrap(out, x) or out
end

--- Which of the boxes (N×n) lie inside the canvas and are not too small.
function meta._valid_boxes(x, format, size, min_size, min_area)
  local corners, sides
  if forms.is_turned(format) then
    corners = forms.convert(x, format, "XYXYXYXY")
    local c = corners:unbind(-1)
    sides = {torch.hypot(c[1] - c[3], c[2] - c[4]), torch.hypot(c[4] - c[6], c[5] - c[7])}
  else
    corners = forms.convert(x, format, "XYXY")
    local c = corners:unbind(-1)
    sides = {c[3] - c[1], c[4] - c[2]}
  end
  local w, h = sides[1], sides[2]
  local valid = w:ge(min_size):logical_and(h:ge(min_size)):logical_and((w * h):ge(min_area))
  valid = valid:logical_and(corners:ge(0):all(-1))
  for i, c in ipairs(corners:unbind(-1)) do valid = valid:logical_and(c:le(size[2 - (i - 1) % 2])) end
  return valid
end

local SANITIZE <const> = {{"bounding_boxes", kind = "tensor", required = true}, {"format"}, {"canvas_size"},
  {"min_size", kind = "number", default = 1}, {"min_area", kind = "number", default = 1}}

--- torchvision.transforms.v2.functional.sanitize_bounding_boxes(bounding_boxes: Tensor, format: string = nil,
-- canvas_size: int[] = nil, min_size: float = 1, min_area: float = 1) -> Tensor, Tensor: The boxes (N×4) that lie in
-- their canvas and whose sides and areas are large enough, and which ones these are (N booleans). format and
-- canvas_size are for plain tensors.
-- Example:
--     local F = torchvision.transforms.v2.functional
--     return F.sanitize_bounding_boxes(torch.tensor({{1, 2, 9, 8}, {1, 1, 1, 3}}), "XYXY", {13, 17})
function meta.sanitize_bounding_boxes(...)
  local name = "sanitize_bounding_boxes"
  local given = options.read(name, SANITIZE, ...)
  local x, tag = given.bounding_boxes, tag_of(name, given.bounding_boxes, "BoundingBoxes")
  local format, size = format_and_canvas(name, tag, given)
  check_boxes(name, x, format)
  if x.ndim ~= 2 then options.wrong(name, "bounding_boxes", 1, "boxes (N×4)", x) end
  local valid = meta._valid_boxes(x, format, size, given.min_size, given.min_area)
  local out = x[valid]
  return tag and tv_tensors._wrap(out, x) or out, valid
end

local KEY_POINTS <const> = {{"key_points", kind = "tensor", required = true}, {"canvas_size"}}

--- Which points (N×…×2) lie on the canvas, of groups of points all.
function meta._valid_points(x, size)
  local px, py = x:select(-1, 1), x:select(-1, 2)
  local valid = px:ge(0):logical_and(px:lt(size[2])):logical_and(py:ge(0)):logical_and(py:lt(size[1]))
  return valid.ndim > 1 and valid:flatten(2):all(2) or valid
end

--- torchvision.transforms.v2.functional.sanitize_keypoints(key_points: Tensor, canvas_size: int[] = nil) -> Tensor,
-- Tensor: The points (N×2), or groups of points (N×…×2), that lie on their canvas, and which ones these are.
-- Example: torchvision.transforms.v2.functional.sanitize_keypoints(torch.tensor({{1, 2}, {9, 9}}), {5, 6})
function meta.sanitize_keypoints(...)
  local given = options.read("sanitize_keypoints", KEY_POINTS, ...)
  local x, tag, size = points_canvas("sanitize_keypoints", {inpt = given.key_points, canvas_size = given.canvas_size})
  if x.ndim < 2 then options.wrong("sanitize_keypoints", "key_points", 1, "points (N×…×2)", x) end
  local valid = meta._valid_points(x, size)
  local out = x[valid]
  return tag and tv_tensors._wrap(out, x) or out, valid
end

local ONE <const> = {{"inpt", kind = "tensor", required = true}}

-- Channels, height and width.
local function dimensions(name, ...)
  local x = options.read(name, ONE, ...).inpt
  local tag = torch._C.tag_of(x)
  if tag and tag.canvas_size then return nil, tag.canvas_size[1], tag.canvas_size[2] end
  if x.ndim < 2 then options.wrong(name, "inpt", 1, "an image (…×C×H×W)", x) end
  return x.ndim > 2 and x:size(-3) or 1, x:size(-2), x:size(-1)
end

--- torchvision.transforms.v2.functional.get_dimensions(inpt: Tensor) -> int[]: {channels, height, width} of an image.
-- Example: torchvision.transforms.v2.functional.get_dimensions(torch.zeros(3, 4, 5))
function meta.get_dimensions(...)
  local c, h, w = dimensions("get_dimensions", ...)
  if c == nil then options.raise "get_dimensions: 'inpt' (argument 1): expected an image (…×C×H×W)" end
  return {c, h, w}
end

--- torchvision.transforms.v2.functional.get_num_channels(inpt: Tensor) -> int: The number of channels of an image.
-- Example: torchvision.transforms.v2.functional.get_num_channels(torch.zeros(3, 4, 5))
function meta.get_num_channels(...)
  local c = dimensions("get_num_channels", ...)
  if c == nil then options.raise "get_num_channels: 'inpt' (argument 1): expected an image (…×C×H×W)" end
  return c
end
meta.get_image_num_channels = meta.get_num_channels

--- torchvision.transforms.v2.functional.get_size(inpt: Tensor) -> int[]: {height, width} of an image, of masks, or of
-- the canvas of boxes and points.
-- Example: torchvision.transforms.v2.functional.get_size(torch.zeros(3, 4, 5))
function meta.get_size(...)
  local _, h, w = dimensions("get_size", ...)
  return {h, w}
end

--- torchvision.transforms.v2.functional.get_image_size(inpt: Tensor) -> int[]: {width, height} of an image, in this
-- order; get_size gives {height, width}.
-- Example: torchvision.transforms.v2.functional.get_image_size(torch.zeros(3, 4, 5))
function meta.get_image_size(...)
  local _, h, w = dimensions("get_image_size", ...)
  return {w, h}
end

return meta
