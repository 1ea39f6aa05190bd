--- torchvision.tv_tensors: Tensors that say what they are: images, videos, masks, bounding boxes, key points.
-- Transforms treat each in its way. They are tensors and can be used wherever a tensor can; what an op makes of one
-- is a plain tensor again, and `wrap` gives it back what it was.
local torch = require "torch"
local options = require "torch.utils.options"

local tv_tensors = {}

-- Forms of boxes, and how many numbers a box has.
local FORMATS <const> = {XYXY = 4, XYWH = 4, CXCYWH = 4, XYWHR = 5, CXCYWHR = 5, XYXYXYXY = 8}
local FORMAT_NAMES <const> = "XYXY, XYWH, CXCYWH, XYWHR, CXCYWHR or XYXYXYXY"

--- torchvision.tv_tensors.BoundingBoxFormat: The forms of boxes by their names, which are strings: "XYXY" (two
-- corners), "XYWH" (the first corner, width and height), "CXCYWH" (the centre, width and height); and of turned boxes
-- "XYWHR" and "CXCYWHR" (with an angle in degrees) and "XYXYXYXY" (four corners).
tv_tensors.BoundingBoxFormat = {}
for name in pairs(FORMATS) do tv_tensors.BoundingBoxFormat[name] = name end

--- The tensor of data that may be an array.
local function as_tensor(name, given)
  local x = given.data
  if type(x) == "table" then x = torch.tensor(x, {dtype = given.dtype})
  elseif not torch.is_tensor(x) then options.wrong(name, "data", 1, "a tensor or an array", x)
  elseif given.dtype then x = x:to(given.dtype) end
  return x:view(x.shape) -- a new value: what was given stays what it is
end

local function size_text(size) return ("{%d, %d}"):format(size[1], size[2]) end

--- Gives a tensor its tag.
local function tagged(x, tag)
  tag.text = ", " .. tag.tv_class
  if tag.format then tag.text = ("%s, format=%s"):format(tag.text, tag.format) end
  if tag.canvas_size then tag.text = ("%s, canvas_size=%s"):format(tag.text, size_text(tag.canvas_size)) end
  return torch._C.tag(x, tag)
end

--- {height, width} of an image, which the argument must be.
local function canvas(name, position, value)
  local h = type(value) == "table" and options.integer(value[1])
  local w = type(value) == "table" and options.integer(value[2])
  if not (h and w and h >= 0 and w >= 0 and value[3] == nil) then
    options.wrong(name, "canvas_size", position, "{height, width}", value)
  end
  return {h, w}
end
tv_tensors._canvas = canvas

--- The name of a form of boxes, in capitals; raises where there is none.
local function format_of(name, parameter, position, value)
  local known = type(value) == "string" and value:upper()
  if not FORMATS[known] then options.wrong(name, parameter, position, FORMAT_NAMES, value) end
  return known
end
tv_tensors._format = format_of

--- How many numbers a box of this form has.
function tv_tensors._width(format) return FORMATS[format] end

local IMAGE <const> = {{"data", kind = "any"}, {"dtype"}}

local function image(name, least, words)
  return function(...)
    local x = as_tensor(name, options.read(name, IMAGE, ...))
    if least == 3 and x.ndim == 2 then x = x:unsqueeze(1) end
    if x.ndim < least then options.wrong(name, "data", 1, words, x) end
    return tagged(x, {tv_class = name})
  end
end

--- torchvision.tv_tensors.Image(data: any, {dtype: dtype = nil}) -> Tensor: An image (…×C×H×W); H×W gets one
-- channel.
-- Example: torchvision.tv_tensors.Image(torch.zeros(3, 2, 2))
tv_tensors.Image = image("Image", 3, "an image (…×C×H×W)")
--- torchvision.tv_tensors.Video(data: any, {dtype: dtype = nil}) -> Tensor: A video (…×T×C×H×W).
-- Example: torchvision.tv_tensors.Video(torch.zeros(2, 3, 2, 2)).shape
tv_tensors.Video = image("Video", 4, "a video (…×T×C×H×W)")
--- torchvision.tv_tensors.Mask(data: any, {dtype: dtype = nil}) -> Tensor: Masks (…×H×W): pixels of a segmentation,
-- which no transform mixes.
-- Example: torchvision.tv_tensors.Mask(torch.eye(3))
tv_tensors.Mask = image("Mask", 2, "masks (…×H×W)")

local BOXES <const> = {{"data", kind = "any"}, {"format"}, {"canvas_size"},
  {"clamping_mode", default = "soft", off = true}, {"dtype"}}

--- torchvision.tv_tensors.BoundingBoxes(data: any, format: string, canvas_size: int[], {clamping_mode: string =
-- "soft", dtype: dtype = nil}) -> Tensor: Bounding boxes (N×4) on an image of the size {height, width}. format:
-- "XYXY", "XYWH", "CXCYWH", or one of the turned forms of BoundingBoxFormat. The boxes know them as boxes.format,
-- boxes.canvas_size and boxes.clamping_mode: "soft", "hard", or false where transforms do not cut boxes at the edges.
-- Example: torchvision.tv_tensors.BoundingBoxes({{1, 2, 9, 8}}, "XYXY", {13, 17})
function tv_tensors.BoundingBoxes(...)
  local given = options.read("BoundingBoxes", BOXES, ...)
  local x = as_tensor("BoundingBoxes", given)
  local format = format_of("BoundingBoxes", "format", 2, given.format)
  local size = canvas("BoundingBoxes", 3, given.canvas_size)
  local mode = given.clamping_mode
  if mode ~= "soft" and mode ~= "hard" and mode ~= false then
    options.wrong("BoundingBoxes", "clamping_mode", 4, '"soft", "hard" or false', mode)
  end
  if x.ndim == 1 then x = x:unsqueeze(1) end
  if x.ndim == 0 or x:size(-1) ~= FORMATS[format] and x:numel() > 0 then
    options.wrong("BoundingBoxes", "data", 1, ("boxes (N×%d)"):format(FORMATS[format]), x)
  end
  return tagged(x, {tv_class = "BoundingBoxes", format = format, canvas_size = size, clamping_mode = mode})
end

local POINTS <const> = {{"data", kind = "any"}, {"canvas_size"}, {"dtype"}}

--- torchvision.tv_tensors.KeyPoints(data: any, canvas_size: int[], {dtype: dtype = nil}) -> Tensor: Points (…×2), x
-- and y, on an image of the size {height, width}, which they know as points.canvas_size.
-- Example: torchvision.tv_tensors.KeyPoints({{1, 2}, {16, 12}}, {13, 17})
function tv_tensors.KeyPoints(...)
  local given = options.read("KeyPoints", POINTS, ...)
  local x, size = as_tensor("KeyPoints", given), canvas("KeyPoints", 2, given.canvas_size)
  if x.ndim == 0 or x:size(-1) ~= 2 then options.wrong("KeyPoints", "data", 1, "points (…×2)", x) end
  return tagged(x, {tv_class = "KeyPoints", canvas_size = size})
end

--- torchvision.tv_tensors.kind(value: any) -> string|nil: "Image", "Video", "Mask", "BoundingBoxes" or "KeyPoints";
-- nil of a plain tensor and of everything else.
-- Example: torchvision.tv_tensors.kind(torchvision.tv_tensors.Mask(torch.eye(3)))
function tv_tensors.kind(value)
  if type(value) ~= "userdata" then return nil end
  local tag = torch._C.tag_of(value)
  return tag and tag.tv_class
end

--- Like `wrap`, with other fields: x with the tag of `like`, changed. A plain `like` leaves x plain.
function tv_tensors._wrap(x, like, format, canvas_size)
  local tag = torch._C.tag_of(like)
  if tag == nil then return x end
  return tagged(x:view(x.shape), {tv_class = tag.tv_class, format = format or tag.format,
    canvas_size = canvas_size or tag.canvas_size, clamping_mode = tag.clamping_mode})
end

local WRAP <const> = {{"wrappee", kind = "tensor", required = true}, {"like", kind = "tensor"}, {"format"},
  {"canvas_size"}}

--- torchvision.tv_tensors.wrap(wrappee: Tensor, {like: Tensor, format: string = nil, canvas_size: int[] = nil}) ->
-- Tensor: The tensor as what `like` is: an image, boxes of its form and canvas, …; format and canvas_size say what is
-- different.
-- Example:
--     local boxes = torchvision.tv_tensors.BoundingBoxes({{1, 2, 9, 8}}, "XYXY", {13, 17})
--     return torchvision.tv_tensors.wrap(boxes * 2, {like = boxes, canvas_size = {26, 34}})
function tv_tensors.wrap(...)
  local given = options.read("wrap", WRAP, ...)
  if tv_tensors.kind(given.like) == nil then options.wrong("wrap", "like", 2, "a tensor of tv_tensors", given.like) end
  local format = given.format and format_of("wrap", "format", 3, given.format)
  return tv_tensors._wrap(given.wrappee, given.like, format, given.canvas_size and canvas("wrap", 4, given.canvas_size))
end

return tv_tensors
