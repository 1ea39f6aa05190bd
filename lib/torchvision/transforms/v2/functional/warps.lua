-- Images read at other places: rotated, sheared, seen in perspective, bent; and the boxes, points and masks on them.
local torch = require "torch"
local F = require "torch.nn.functional"
local options = require "torch.utils.options"
local warp = require "torchvision.transforms.warp"
local arguments = require "torchvision.transforms.v2.functional.arguments"
local dispatch = require "torchvision.transforms.v2.functional.dispatch"
local forms = require "torchvision.transforms.v2.functional.forms"
local maps = require "torchvision.transforms.v2.functional.maps"

local warps = {}
local call, operation = dispatch.call, dispatch.operation

-- Reading an image at places ---------------------------------------------------------------------

-- Where no gradient is wanted, on the host: one pass in C. `places`: numbers, or a grid.
local function sample_plain(x, places, h, w, bilinear, fill)
  local out = torch.empty({x:size(1), x:size(2), h, w}, {dtype = x.dtype})
  return warp(x:contiguous(), out, places, bilinear, fill) and out or nil
end

-- By grid_sample, with a channel that says how much of a place lies inside.
local function sample_grid(x, grid, bilinear, fill)
  local dtype = x.dtype
  local wide = (x:is_floating_point() and x or x:float()):to(grid.dtype)
  if fill then wide = torch.cat({wide, wide:narrow(2, 1, 1) * 0 + 1}, 2) end
  local mode = bilinear and "bilinear" or "nearest"
  local out = F.grid_sample(wide, grid:expand(x:size(1), -1, -1, -1), {mode = mode, align_corners = false})
  if fill then
    local n = x:size(2)
    local inside, value = out:narrow(2, n + 1, 1), torch.tensor(fill, {dtype = out.dtype}):reshape(1, -1, 1, 1)
    out = out:narrow(2, 1, n)
    value = value:to(out.device)
    out = bilinear and (out - value) * inside + value or torch.where(inside:lt(0.5), value, out)
  end
  return (x:is_floating_point() and out or out:round()):to(dtype)
end

local function sample(name, x, places, h, w, given)
  local bilinear = arguments.interpolation(name, nil, given.interpolation, arguments.SAMPLED) == "bilinear"
  local shape = table.move(x.shape, 1, x.ndim - 2, 1, {})
  shape[#shape + 1], shape[#shape + 2] = h, w
  if x:numel() == 0 then return x:new_zeros(shape) end
  local channels = x.ndim > 2 and x:size(-3) or 1
  local fill = arguments.fill(name, nil, given.fill, channels)
  local flat = x:reshape(-1, channels, x:size(-2), x:size(-1))
  local dtype = x.dtype
  local native = dtype == torch.uint8 or dtype == torch.float32 or dtype == torch.float64
  local wanted = x.requires_grad and torch.is_grad_enabled()
  local out
  if x.device.type == "cpu" and not wanted then
    local values = native and flat or flat:float()
    out = sample_plain(values, places(true), h, w, bilinear, fill)
    if out and not native then out = (x:is_floating_point() and out or out:round()):to(dtype) end
  end
  return (out or sample_grid(flat, places(false), bilinear, fill)):reshape(shape)
end

local function grid_dtype(x) return x.dtype == torch.float64 and x.dtype or torch.float32 end

-- Affine maps ------------------------------------------------------------------------------------------

local function affine_image(name, x, matrix, h, w, given)
  local width, height = x:size(-1), x:size(-2)
  local function places(numbers)
    local scaled = maps.scaled(matrix, height, width)
    if numbers then return scaled end
    return maps.affine_grid(scaled, h, w, grid_dtype(x)):to(x.device)
  end
  return sample(name, x, places, h, w, given)
end

-- The centre of a turn, from the middle of the image.
local function centre_of(name, position, given, height, width)
  if given.center == nil then return {0, 0} end
  local list = arguments.numbers(name, "center", position, given.center, 2)
  return {list[1] - width * 0.5, list[2] - height * 0.5}
end

-- Checked arguments of affine: the angle, and arrays of two.
local function affine_arguments(given)
  local translate = arguments.numbers("affine", "translate", 3, given.translate, 2)
  if not (given.scale > 0) then options.wrong("affine", "scale", 4, "a positive number", given.scale) end
  local shear = arguments.items(given.shear) or {}
  if #shear == 0 or #shear > 2 then options.wrong("affine", "shear", 5, "a number or an array of two", given.shear) end
  return translate, {shear[1], shear[2] or 0}
end

local function affine_image_of(x, given)
  local translate, shear = affine_arguments(given)
  local h, w = x:size(-2), x:size(-1)
  local matrix = maps.affine(centre_of("affine", 8, given, h, w), given.angle, translate, given.scale, shear, true)
  return affine_image("affine", x, matrix, h, w, given)
end

-- Points (N×…×2) under an affine map, in pixels from the corner; the canvas, which grows with `expand`.
local function affine_points(points, size, given, angle, translate, scale, shear)
  local height, width = size[1], size[2]
  local centre = given.center and arguments.numbers("affine", "center", nil, given.center, 2)
    or {width * 0.5, height * 0.5}
  local matrix = maps.affine(centre, angle, translate, scale, shear, false)
  local out = maps.apply_affine(points, matrix)
  if not given.expand then return out, size end
  local frame = torch.tensor({{0, 0}, {0, height}, {width, height}, {width, 0}}, {dtype = out.dtype})
  out = out - maps.apply_affine(frame:to(out.device), matrix):amin(1)
  local w, h = maps.affine_size(maps.affine(centre, angle, translate, scale, shear, true), width, height)
  return out, {h, w}
end

-- Functions for boxes and points of one that moves points: f(points, given, tag) gives them and the canvas.
local function boxes_by(move)
  return function(x, given, tag)
    if x:numel() == 0 then return x, tag.canvas_size end
    local points, size = move(forms.corners(x, tag.format), given, tag)
    return forms.around(points, x, tag.format, size, tag.clamping_mode), size
  end
end

local function points_by(move)
  return function(x, given, tag)
    if x:numel() == 0 then return x, tag.canvas_size end
    local out, size = move(x:is_floating_point() and x or x:float(), given, tag)
    return out:to(x.dtype), size
  end
end

local function move_affine(points, given, tag)
  local translate, shear = affine_arguments(given)
  return affine_points(points, tag.canvas_size, given, given.angle, translate, given.scale, shear)
end

local AFFINE <const> = operation("affine", {{"angle", kind = "number", required = true}, {"translate", required = true},
  {"scale", kind = "number", required = true}, {"shear", required = true}, {"interpolation", default = "nearest"},
  {"fill"}, {"center"}}, {Image = affine_image_of, Mask = dispatch.mask(affine_image_of),
  BoundingBoxes = boxes_by(move_affine), KeyPoints = points_by(move_affine)}, 2)

--- torchvision.transforms.v2.functional.affine(inpt: Tensor, angle: float, translate: reals, scale: float, shear:
-- floats, interpolation: string = "nearest", {fill: floats = nil, center: reals = nil}) -> Tensor: Rotated by `angle`
-- degrees (clockwise) around the centre, scaled, sheared by `shear` degrees along x and y, and moved by translate
-- pixels. interpolation: "nearest" or "bilinear"; `fill`, a number or one a channel, is the colour of what lies
-- outside; the centre {x, y} is that of the image.
-- Example:
--     local F = torchvision.transforms.v2.functional
--     return F.affine(torch.ones(1, 3, 3), {angle = 0, translate = {1, 0}, scale = 1, shear = 0})
function warps.affine(...) return call(AFFINE, ...) end

-- Rotations ------------------------------------------------------------------------------------------------

-- Quarter turns need no interpolation; nil: it is none.
local function quarter_turn(x, angle, expand)
  if angle == 0 then return x:clone() end
  if angle == 180 then return torch.rot90(x, 2, {-2, -1}) end
  if not expand and x:size(-1) ~= x:size(-2) then return nil end
  if angle == 90 then return torch.rot90(x, 1, {-2, -1}) end
  return angle == 270 and torch.rot90(x, 3, {-2, -1}) or nil
end

local function rotate_image(x, given)
  local angle = given.angle % 360
  local turn = given.center == nil and quarter_turn(x, angle, given.expand)
  if turn then return turn end
  local height, width = x:size(-2), x:size(-1)
  local matrix = maps.affine(centre_of("rotate", 5, given, height, width), -angle, {0, 0}, 1, {0, 0}, true)
  local w, h = width, height
  if given.expand then w, h = maps.affine_size(matrix, width, height) end
  return affine_image("rotate", x, matrix, h, w, given)
end

local function move_rotated(points, given, tag)
  return affine_points(points, tag.canvas_size, given, -given.angle, {0, 0}, 1, {0, 0})
end

local ROTATE <const> = operation("rotate", {{"angle", kind = "number", required = true},
  {"interpolation", default = "nearest"}, {"expand", kind = "boolean", default = false}, {"center"}, {"fill"}},
  {Image = rotate_image, Mask = dispatch.mask(rotate_image), BoundingBoxes = boxes_by(move_rotated),
    KeyPoints = points_by(move_rotated)}, 2)

--- torchvision.transforms.v2.functional.rotate(inpt: Tensor, angle: float, interpolation: string = "nearest", {expand:
-- bool = false, center: reals = nil, fill: floats = nil}) -> Tensor: Rotated by `angle` degrees, counter-clockwise,
-- around the centre {x, y}, which is that of the image. With expand the result is as large as the whole rotated
-- image.
-- Example: torchvision.transforms.v2.functional.rotate(torch.arange(4):reshape(1, 2, 2), 90)
function warps.rotate(...) return call(ROTATE, ...) end

-- Perspectives ------------------------------------------------------------------------------------------------

local function coefficients_of(given)
  if given.coefficients ~= nil then
    if given.startpoints or given.endpoints then
      options.raise "perspective: expected 'startpoints' and 'endpoints', or 'coefficients', got both"
    end
    return arguments.numbers("perspective", "coefficients", 6, given.coefficients, 8)
  end
  local lists = {}
  for i, name in ipairs {"startpoints", "endpoints"} do
    local value = given[name]
    local ok = type(value) == "table" and #value == 4
    lists[i] = {}
    for k = 1, ok and 4 or 0 do
      lists[i][k] = arguments.items(value[k])
      ok = ok and lists[i][k] and #lists[i][k] == 2
    end
    if not ok then options.wrong("perspective", name, i + 1, "an array of four points {x, y}", value) end
  end
  return maps.perspective(lists[1], lists[2])
end

local function perspective_image(x, given)
  local c, h, w = coefficients_of(given), x:size(-2), x:size(-1)
  local function places(numbers)
    local scaled = {}
    for i = 1, 8 do scaled[i] = i <= 3 and c[i] / (0.5 * w) or i <= 6 and c[i] / (0.5 * h) or c[i] end
    return numbers and scaled or maps.perspective_grid(scaled, h, w, grid_dtype(x)):to(x.device)
  end
  return sample("perspective", x, places, h, w, given)
end

local function move_perspective(points, given, tag)
  return maps.apply_perspective(points, coefficients_of(given)), tag.canvas_size
end

local PERSPECTIVE <const> = operation("perspective", {{"startpoints", kind = "table"}, {"endpoints", kind = "table"},
  {"interpolation", default = "bilinear"}, {"fill"}, {"coefficients"}}, {Image = perspective_image,
  Mask = dispatch.mask(perspective_image), BoundingBoxes = boxes_by(move_perspective),
  KeyPoints = points_by(move_perspective)}, 2)

--- torchvision.transforms.v2.functional.perspective(inpt: Tensor, startpoints: table, endpoints: table, interpolation:
-- string = "bilinear", {fill: floats = nil, coefficients: floats = nil}) -> Tensor: The perspective in which the four
-- points {x, y} of startpoints come to stand at endpoints. `coefficients` are 8 numbers instead of them: a pixel (x,
-- y) of the result is read at (a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1).
-- Example:
--     local corners = {{0, 0}, {3, 0}, {3, 3}, {0, 3}}
--     local F = torchvision.transforms.v2.functional
--     return F.perspective(torch.ones(1, 4, 4), corners, {{1, 0}, {2, 0}, {3, 3}, {0, 3}})
function warps.perspective(...) return call(PERSPECTIVE, ...) end

-- Bent images ------------------------------------------------------------------------------------------------------

local function check_displacement(given, h, w)
  local d = given.displacement
  if d.ndim ~= 4 or d:size(1) ~= 1 or d:size(2) ~= h or d:size(3) ~= w or d:size(4) ~= 2 then
    options.wrong("elastic", "displacement", 2, ("a tensor (1×%d×%d×2)"):format(h, w), d)
  end
  return d
end

local function elastic_image(x, given)
  local h, w = x:size(-2), x:size(-1)
  local d, dtype = check_displacement(given, h, w), grid_dtype(x)
  local function places() return (maps.identity_grid(h, w, dtype):to(x.device) + d:to(dtype)):contiguous() end
  return sample("elastic", x, places, h, w, given)
end

-- Points follow the displacement at the pixel where they are, which is about the inverse of what the image does.
local function move_elastic(points, given, tag, round)
  local h, w = tag.canvas_size[1], tag.canvas_size[2]
  local d = check_displacement(given, h, w):to(points.dtype)
  local inverse = (maps.identity_grid(h, w, points.dtype):to(points.device) - d):reshape(-1, 2)
  local flat = round(points:reshape(-1, 2)):long()
  local at = flat:select(2, 2):clamp(0, h - 1) * w + flat:select(2, 1):clamp(0, w - 1)
  local size = torch.tensor({w * 0.5, h * 0.5}, {dtype = points.dtype, device = points.device})
  return ((inverse:index_select(1, at + 1) + 1) * size - 0.5):reshape(points.shape), tag.canvas_size
end

local function elastic_boxes(x, given, tag)
  if x:numel() == 0 then return x end
  if not forms.is_turned(tag.format) then
    return boxes_by(function(points, ...) return move_elastic(points, select(1, ...), select(2, ...), torch.ceil) end)(
      x, given, tag)
  end
  local centred = forms.convert(x:is_floating_point() and x or x:float(), tag.format, "CXCYWHR"):reshape(-1, 5)
  local moved = move_elastic(centred:narrow(2, 1, 2), given, tag, torch.ceil)
  local out = forms.clamp(torch.cat({moved, centred:narrow(2, 3, 3)}, 2), "CXCYWHR", tag.canvas_size,
    tag.clamping_mode)
  return forms.convert(out, "CXCYWHR", tag.format):reshape(x.shape):to(x.dtype)
end

local ELASTIC <const> = operation("elastic", {{"displacement", kind = "tensor", required = true},
  {"interpolation", default = "bilinear"}, {"fill"}}, {Image = elastic_image, Mask = dispatch.mask(elastic_image),
  BoundingBoxes = elastic_boxes,
  KeyPoints = points_by(function(points, given, tag) return move_elastic(points, given, tag, torch.trunc) end)}, 2)

--- torchvision.transforms.v2.functional.elastic(inpt: Tensor, displacement: Tensor, interpolation: string =
-- "bilinear", {fill: floats = nil}) -> Tensor: Each pixel is read at its place moved by displacement (1×H×W×2),
-- x and y in halves of the image's edges; elastic_transform is another name.
-- Example: torchvision.transforms.v2.functional.elastic(torch.ones(1, 2, 2), torch.zeros(1, 2, 2, 2))
function warps.elastic(...) return (call(ELASTIC, ...)) end
warps.elastic_transform = warps.elastic

return warps
