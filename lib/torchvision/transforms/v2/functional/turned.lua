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

-- Cut at an edge -------------------------------------------------------------------------------------

-- A box is turned so that the edge lies on its left and its first corner is the leftmost one; its four sides are lines
-- y = a x + b. Sides move until the corner is inside, within the box that was given.

-- Slopes and offsets of the sides, from each corner to the next.
local function sides(x)
  local slopes, offsets = {}, {}
  for i = 1, 4 do
    local px, py, next_x, next_y = x[2 * i - 1], x[2 * i], x[2 * i % 8 + 1], x[2 * i % 8 + 2]
    slopes[i] = (next_y - py) / (next_x - px)
    offsets[i] = py - slopes[i] * px
  end
  return slopes, offsets
end

-- Where each side meets the one before it: the corners.
local function meeting(a, b)
  local corners = {}
  for i = 1, 4 do
    local before = i == 1 and 4 or i - 1
    local px = (b[before] - b[i]) / (a[i] - a[before])
    corners[2 * i - 1], corners[2 * i] = px, a[i] * px + b[i]
  end
  return torch.stack(corners, -1)
end

-- clamp as PyTorch does it with tensors: where the bounds cross, the upper one counts.
local function between(v, low, high) return v:maximum(low):minimum(high) end

-- The largest box inside: the sides that meet at the edge begin at one point of it.
local function shrink(a, b, height, width)
  b[1] = (b[1] + b[4]) / 2
  b[4] = b[1]
  local low = torch.stack({b[1] * a[2] / a[1], b[3] * a[2] / a[3], (a[1] - a[2]) * width + b[1],
    (a[3] - a[2]) * width + b[3]}, 2):amax(2)
  b[2] = low:minimum(b[2])
  local high = torch.stack({(a[3] / a[4] * -1 + 1) * height + b[4] * a[3] / a[4],
    (a[3] / a[2] * -1 + 1) * height + b[2] * a[3] / a[2], (a[2] - a[3]) * width + b[2],
    (a[4] - a[3]) * width + b[4]}, 2):amin(2)
  b[3] = high:maximum(b[3])
end

local function offsets_within(x, original, height, width, mode)
  local a, b = sides(x:unbind(-1))
  local _, most = sides(original:unbind(-1))
  local b1, b2, b3, b4 = b[1], b[2], b[3], b[4]
  b = {between(b2, b1, b3):clamp(0, height), b2, b3, between(b3, b2, b4):clamp(0, height)}
  if mode == "hard" then shrink(a, b, height, width) end
  return a, {between(b[1], most[1], most[3]), between(b[2], most[2], most[4]), between(b[3], most[1], most[3]),
    between(b[4], most[2], most[4])}
end

local function chosen(condition, x, other) return torch.where(condition:unsqueeze(2), x, other) end

-- Boxes (N×8) cut at the edge on their left.
local function cut_left(x, original, height, width, mode)
  local a, b = offsets_within(x, original, height, width, mode)
  local met = meeting(a, b)
  local c = x:unbind(-1)
  local x1, y1, x2, y2, x3, y3, x4, y4 = table.unpack(c)
  local upright = y1:isclose(y2):logical_or(y3:isclose(y4))
  local outside = x1:le(0):logical_and(x2:le(0)):logical_and(x3:le(0)):logical_and(x4:le(0))
  local flat = y1:isclose(y4):logical_or(y2:isclose(y3)):logical_or(upright:logical_and(x1:isclose(x2)))
  local out = chosen(x1:lt(0):logical_and(met:isnan():any(-1):logical_not()), met, x)
  local cut = {table.unpack(c)}
  cut[1], cut[7] = x1:clamp({min = 0}), x4:clamp({min = 0})
  out = chosen(upright, torch.stack(cut, -1), out)
  return chosen(outside:logical_or(flat), torch.zeros_like(x), out)
end

-- Which number of each box comes first when the corners begin with the leftmost one, of two the upper one.
local function first_corner(x)
  local px, py = x:index_select(2, torch.tensor({1, 3, 5, 7})), x:index_select(2, torch.tensor({2, 4, 6, 8}))
  local key = py / py:abs():amax(2, true) + px / px:abs():amax(2, true) * 100
  return key:argmin(2) * 2 - 2
end

-- The numbers of boxes in the order that begins behind `first`; `back` undoes it.
local function rolled(x, first, back)
  local places = torch.arange(8):unsqueeze(1)
  local shift = first:unsqueeze(2)
  local at = back and (places - shift + 8) % 8 or (places + shift) % 8
  return x:gather(2, at + 1)
end

--- Boxes cut at the edges of a canvas {height, width}: "soft": the smallest one of their angle around what is left of
-- them, "hard": the largest one inside.
function turned.clamp(x, format, canvas_size, mode)
  local wide = x:is_floating_point() and x or x:float()
  local boxes = turned.convert(wide, format, "XYXYXYXY"):reshape(-1, 8)
  if boxes:numel() == 0 then return x:clone() end
  local original, height, width = boxes, canvas_size[1], canvas_size[2]
  for _ = 1, 4 do
    local first = first_corner(boxes)
    boxes = rolled(cut_left(rolled(boxes, first), rolled(original, first), height, width, mode), first, true)
    -- A quarter turn brings the next edge to the left.
    local function turn(t)
      local c, out = t:unbind(-1), {}
      for i = 1, 8, 2 do out[i], out[i + 1] = c[i + 1], width - c[i] end
      return torch.stack(out, -1)
    end
    boxes, original, height, width = turn(boxes), turn(original), width, height
  end
  return turned.convert(boxes, "XYXYXYXY", format):reshape(x.shape):to(x.dtype)
end

return turned
