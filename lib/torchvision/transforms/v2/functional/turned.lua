-- Bounding boxes that are turned: with an angle, or as four corners.
local torch = require "torch"

local turned = {}

local function columns(x) return table.unpack(x:unbind(-1)) end

local function halved(x)
  return x:is_floating_point() and x / 2 or x:div(-2, {rounding_mode = "floor"}):abs()
end

-- Along and across an edge of the boxes: sine and cosine of their angle.
local function direction(r)
  local angle = r * (math.pi / 180)
  return angle:sin(), angle:cos()
end

-- From the centre to the first corner (-1), or back (1).
local function shifted(x, sign)
  local px, py, w, h, r = columns(x)
  local sin, cos = direction(r)
  local half_w, half_h = halved(w), halved(h)
  local moved_x = px + (half_w * cos + half_h * sin) * sign
  local moved_y = py + (half_h * cos - half_w * sin) * sign
  return torch.stack({moved_x, moved_y, w, h, r}, -1)
end

local function to_corners(x)
  local px, py, w, h, r = columns(x)
  local sin, cos = direction(r)
  local along_x, along_y, across_x, across_y = w * cos, -w * sin, h * sin, h * cos
  return torch.stack({px, py, px + along_x, py + along_y, px + along_x + across_x, py + along_y + across_y,
    px + across_x, py + across_y}, -1)
end

local function from_corners(x)
  local x1, y1, x2, y2, x3, y3 = columns(x)
  local r = torch.atan2(y1 - y2, x2 - x1) * (180 / math.pi)
  local w = ((x2 - x1):pow(2) + (y2 - y1):pow(2)):sqrt()
  local h = ((x3 - x2):pow(2) + (y3 - y2):pow(2)):sqrt()
  return torch.stack({x1, y1, w, h, r}, -1)
end

-- Through the form XYWHR.
local to_first <const> = {XYWHR = function(x) return x end, CXCYWHR = function(x) return shifted(x, -1) end,
  XYXYXYXY = from_corners}
local from_first <const> = {XYWHR = function(x) return x end, CXCYWHR = function(x) return shifted(x, 1) end,
  XYXYXYXY = to_corners}

--- Boxes in another of the turned forms.
function turned.convert(x, old, new)
  if old == new then return x end
  local wide = x:is_floating_point() and x or x:float()
  return from_first[new](to_first[old](wide)):to(x.dtype)
end

--- Rectangles of parallelograms (…×8): the longer diagonal stays where it is.
function turned.rectangle(x)
  local x1, y1, x2, y2, x3, y3, x4, y4 = columns(x)
  local cx, cy = (x1 + x3) / 2, (y1 + y3) / 2
  local wide, high = torch.hypot(x2 - x1, y2 - y1), torch.hypot(x4 - x1, y4 - y1)
  local r12, r14 = torch.atan2(y1 - y2, x2 - x1), torch.atan2(y1 - y4, x4 - x1)
  local between = r12 - r14
  local sign = torch.where(between:gt(math.pi / 2), -1.0, 1.0):to(x.dtype)
  local cos, sin = between:cos(), between:sin()
  local w = torch.where(wide:lt(high), wide * sin, wide + high * cos * sign)
  local h = torch.where(wide:gt(high), high * sin, high + wide * cos * sign)
  local angle = torch.where(high:gt(wide), r14 + math.pi / 2, r12)
  cos, sin = angle:cos() / 2, angle:sin() / 2
  return torch.stack({cx - w * cos - h * sin, cy - h * cos + w * sin, cx + w * cos - h * sin,
    cy - h * cos - w * sin, cx + w * cos + h * sin, cy + h * cos - w * sin, cx - w * cos + h * sin,
    cy + h * cos + w * sin}, -1)
end

function turned.clamp(x) return x:clone() end

return turned
