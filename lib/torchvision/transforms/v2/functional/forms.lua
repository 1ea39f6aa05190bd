-- Forms of bounding boxes, and boxes that are cut at the edges of an image.
local torch = require "torch"
local turned = require "torchvision.transforms.v2.functional.turned"

local forms = {}

--- The columns of boxes.
local function columns(x) return table.unpack(x:unbind(-1)) end

local function halved(x) return x:is_floating_point() and x / 2 or x:div(2, {rounding_mode = "floor"}) end

-- To and from two corners. Boxes of integers are computed as torchvision does it: with centres in floats.
local to_corners <const> = {
  XYXY = function(x) return x end,
  XYWH = function(x)
    local x1, y1, w, h = columns(x)
    return torch.stack({x1, y1, x1 + w, y1 + h}, -1)
  end,
  CXCYWH = function(x)
    local cx, cy, w, h = columns(x:is_floating_point() and x or x:float())
    local x1, y1 = cx - w / 2, cy - h / 2
    return torch.stack({x1, y1, x1 + w, y1 + h}, -1):to(x.dtype)
  end,
}

local from_corners <const> = {
  XYXY = function(x) return x end,
  XYWH = function(x)
    local x1, y1, x2, y2 = columns(x)
    return torch.stack({x1, y1, x2 - x1, y2 - y1}, -1)
  end,
  CXCYWH = function(x)
    local x1, y1, x2, y2 = columns(x)
    return torch.stack({halved(x1 + x2), halved(y1 + y2), x2 - x1, y2 - y1}, -1)
  end,
}

--- Whether boxes of this form can be turned.
function forms.is_turned(format) return to_corners[format] == nil end

--- Boxes (…×n) in another form.
function forms.convert(x, old, new)
  if old == new then return x:clone() end
  if forms.is_turned(old) and forms.is_turned(new) then return turned.convert(x, old, new) end
  if forms.is_turned(old) or forms.is_turned(new) then return nil end
  return from_corners[new](to_corners[old](x))
end

--- Boxes cut at the edges of a canvas {height, width}. mode: "soft", "hard", or false, which cuts nothing.
function forms.clamp(x, format, canvas_size, mode)
  if not mode then return x:clone() end
  if forms.is_turned(format) then return turned.clamp(x, format, canvas_size, mode) end
  local height, width = canvas_size[1], canvas_size[2]
  local x1, y1, x2, y2 = columns(to_corners[format](x:is_floating_point() and x or x:float()))
  local cut = torch.stack({x1:clamp(0, width), y1:clamp(0, height), x2:clamp(0, width), y2:clamp(0, height)}, -1)
  return from_corners[format](cut):to(x.dtype)
end

--- The four corners of boxes, as points (N×4×2) of a floating-point dtype.
function forms.corners(x, format)
  x = x:is_floating_point() and x or x:float()
  if forms.is_turned(format) then
    return forms.convert(x, format, "XYXYXYXY"):reshape(-1, 4, 2)
  end
  local x1, y1, x2, y2 = columns(to_corners[format](x):reshape(-1, 4))
  return torch.stack({x1, y1, x2, y1, x2, y2, x1, y2}, -1):reshape(-1, 4, 2)
end

--- The boxes around the corners, which have moved; cut at the edges, in the form, shape and dtype of `like`.
function forms.around(points, like, format, canvas_size, mode)
  local out
  if forms.is_turned(format) then
    out = turned.rectangle(points:reshape(-1, 8))
    out = forms.convert(forms.clamp(out, "XYXYXYXY", canvas_size, mode), "XYXYXYXY", format)
  else
    out = torch.cat({points:amin(2), points:amax(2)}, 2)
    out = from_corners[format](forms.clamp(out, "XYXY", canvas_size, mode))
  end
  return out:reshape(like.shape):to(like.dtype)
end

return forms
