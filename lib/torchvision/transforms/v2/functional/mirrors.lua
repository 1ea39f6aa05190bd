-- Mirror images of images, and of the boxes, points and masks on them.
local torch = require "torch"
local dispatch = require "torchvision.transforms.v2.functional.dispatch"
local forms = require "torchvision.transforms.v2.functional.forms"

local mirrors = {}
local call, operation = dispatch.call, dispatch.operation

-- Mirrored boxes of a canvas, along x (1) or y (2).
local function mirrored(x, format, size, axis)
  local c = x:unbind(-1)
  if format == "XYXY" then c[axis], c[axis + 2] = size - c[axis + 2], size - c[axis]
  elseif format == "XYWH" then c[axis] = size - c[axis] - c[axis + 2]
  elseif format == "CXCYWH" then c[axis] = size - c[axis] end
  return torch.stack(c, -1)
end

-- Mirrored turned boxes: the corners change their order, so that they go round in the same direction.
local function mirrored_turned(x, format, size, axis)
  if format == "CXCYWHR" then
    local c = x:unbind(-1)
    c[axis] = size - c[axis]
    c[5] = axis == 1 and -c[5] or 180 - c[5]
    return torch.stack(c, -1)
  elseif format == "XYXYXYXY" then
    local c = x:unbind(-1)
    for i = axis, 8, 2 do c[i] = size - c[i] end
    return torch.stack({c[3], c[4], c[1], c[2], c[7], c[8], c[5], c[6]}, -1)
  end
  local px, py, w, h, r = table.unpack(x:unbind(-1))
  local angle = r * (math.pi / 180)
  local end_x, end_y = px + w * angle:cos(), py - w * angle:sin()
  if axis == 1 then return torch.stack({size - end_x, end_y, w, h, -r}, -1) end
  return torch.stack({end_x, size - end_y, w, h, 180 - r}, -1)
end

local function flip(name, axis)
  local function image(x) return x:flip(-axis) end
  return operation(name, {}, {Image = image, Mask = image,
    BoundingBoxes = function(x, _, tag)
      local mirror = forms.is_turned(tag.format) and mirrored_turned or mirrored
      return mirror(x, tag.format, tag.canvas_size[3 - axis], axis)
    end,
    KeyPoints = function(x, _, tag)
      local c = x:unbind(-1)
      c[axis] = tag.canvas_size[3 - axis] - 1 - c[axis]
      return torch.stack(c, -1)
    end}, 2)
end

local HORIZONTAL <const> = flip("horizontal_flip", 1)
--- torchvision.transforms.v2.functional.horizontal_flip(inpt: Tensor) -> Tensor: The mirror image, left and right
-- exchanged; hflip is another name.
-- Example: torchvision.transforms.v2.functional.horizontal_flip(torch.arange(4):reshape(1, 2, 2))
function mirrors.horizontal_flip(...) return (call(HORIZONTAL, ...)) end
mirrors.hflip = mirrors.horizontal_flip

local VERTICAL <const> = flip("vertical_flip", 2)
--- torchvision.transforms.v2.functional.vertical_flip(inpt: Tensor) -> Tensor: The mirror image, top and bottom
-- exchanged; vflip is another name.
-- Example: torchvision.transforms.v2.functional.vertical_flip(torch.arange(4):reshape(1, 2, 2))
function mirrors.vertical_flip(...) return (call(VERTICAL, ...)) end
mirrors.vflip = mirrors.vertical_flip

return mirrors
