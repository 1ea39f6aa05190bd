-- Drawing on a uint8 image (3×H×W). Coordinates are distances from the upper left pixel, which is (0, 0); what lies
-- outside falls away.
local torch = require "torch"
local font = require "torchvision.utils.font"

local Canvas = {}
Canvas.__index = Canvas

local canvas = {}

--- A canvas with a copy of the image.
function canvas.of(image)
  return setmetatable({image = image:clone(), height = image.shape[2], width = image.shape[3]}, Canvas)
end

local function colour_of(rgb) return torch.tensor(rgb, {dtype = "uint8"}):view(3, 1, 1) end

--- A colour over pixels: `alpha` of 255 parts.
local function blend(region, colour, alpha)
  local sum = region:to "int32" * (255 - alpha) + colour:to "int32" * alpha + 128
  return ((sum + sum // 256) // 256):to "uint8"
end

--- Fills the rectangle from (x0, y0) to (x1, y1), both inside; `alpha` of 255 parts (nil: all of it).
function Canvas:fill(x0, y0, x1, y1, rgb, alpha)
  x0, y0 = math.max(x0, 0), math.max(y0, 0)
  x1, y1 = math.min(x1, self.width - 1), math.min(y1, self.height - 1)
  if x1 < x0 or y1 < y0 then return end
  local region = self.image:narrow(2, y0 + 1, y1 - y0 + 1):narrow(3, x0 + 1, x1 - x0 + 1)
  local colour = colour_of(rgb)
  region:copy_(alpha and blend(region, colour, alpha) or colour:expand(region.shape))
end

--- The frame of a rectangle, `width` pixels inwards, but not past its other side.
function Canvas:frame(x0, y0, x1, y1, width, rgb)
  local across, down = math.min(width - 1, x1 - x0), math.min(width - 1, y1 - y0)
  self:fill(x0, y0, x1, y0 + down, rgb)
  self:fill(x0, y1 - down, x1, y1, rgb)
  self:fill(x0, y0, x0 + across, y1, rgb)
  self:fill(x1 - across, y0, x1, y1, rgb)
end

local function round_away(x) return x >= 0 and math.floor(x + 0.5) or -math.floor(-x + 0.5) end
local function round_inwards(x) return x >= 0 and math.ceil(x - 0.5) or -math.ceil(-x - 0.5) end

--- Where row `y` is crossed by the edge between two corners: the least and the greatest x; nil: nowhere.
local function crossing(a, b, y)
  if y < math.min(a[2], b[2]) or y > math.max(a[2], b[2]) then return nil end
  if a[2] == b[2] then return math.min(a[1], b[1]), math.max(a[1], b[1]) end
  local x = a[1] + (y - a[2]) * (b[1] - a[1]) / (b[2] - a[2])
  return x, x
end

--- Fills a convex polygon: an array of corners {x, y}, which are integers.
function Canvas:polygon(corners, rgb, alpha)
  local top, bottom = math.huge, -math.huge
  for _, corner in ipairs(corners) do top, bottom = math.min(top, corner[2]), math.max(bottom, corner[2]) end
  for y = math.max(top, 0), math.min(bottom, self.height - 1) do
    local left, right = math.huge, -math.huge
    for i, corner in ipairs(corners) do
      local least, most = crossing(corner, corners[i % #corners + 1], y)
      if least then left, right = math.min(left, least), math.max(right, most) end
    end
    if left <= right then
      self:fill(round_away(left), y, math.max(round_inwards(right), round_away(left)), y, rgb, alpha)
    end
  end
end

--- A line of one pixel (Bresenham 1965): a step along the longer way each time, one along the other when it is due.
function Canvas:thin_line(x0, y0, x1, y1, rgb)
  local dx, dy = math.abs(x1 - x0), math.abs(y1 - y0)
  local step_x, step_y = x0 < x1 and 1 or -1, y0 < y1 and 1 or -1
  local flat = dx > dy
  local long, short = math.max(dx, dy), math.min(dx, dy)
  local due = 2 * short - long
  for _ = 0, long do
    self:fill(x0, y0, x0, y0, rgb)
    if due >= 0 then
      if flat then y0 = y0 + step_y else x0 = x0 + step_x end
      due = due - 2 * long
    end
    if flat then x0 = x0 + step_x else y0 = y0 + step_y end
    due = due + 2 * short
  end
end

--- Whether a line so far outside can be left out: then nobody walks along it.
local function is_outside(self, x0, y0, x1, y1, width)
  return math.max(x0, x1) < -width or math.max(y0, y1) < -width or math.min(x0, x1) > self.width + width
    or math.min(y0, y1) > self.height + width
end

--- The part of a line near the image (Liang and Barsky 1984), in whole pixels; nil: there is none.
local function part_near(self, x0, y0, x1, y1, width)
  local dx, dy, first, last = x1 - x0 + 0.0, y1 - y0 + 0.0, 0.0, 1.0
  local function keep(step, room) -- what is where step * t ≤ room
    if step < 0 then first = math.max(first, room / step)
    elseif step > 0 then last = math.min(last, room / step)
    elseif room < 0 then last = -1 end
  end
  keep(-dx, x0 + width)
  keep(dx, self.width + width - x0)
  keep(-dy, y0 + width)
  keep(dy, self.height + width - y0)
  if first > last then return nil end
  local function at(from, step, t) return math.floor(from + step * t + 0.5) end
  return at(x0, dx, first), at(y0, dy, first), at(x0, dx, last), at(y0, dy, last)
end

--- Ends farther away than this are brought near, so that nobody walks along the line.
local FAR <const> = 1 << 20

--- A line of `width` pixels: a rectangle along it.
function Canvas:line(x0, y0, x1, y1, width, rgb)
  if math.max(math.abs(x0 + 0.0), math.abs(y0 + 0.0), math.abs(x1 + 0.0), math.abs(y1 + 0.0)) > FAR then
    x0, y0, x1, y1 = part_near(self, x0 + 0.0, y0 + 0.0, x1 + 0.0, y1 + 0.0, width)
  end
  if x0 == nil or is_outside(self, x0, y0, x1, y1, width) then return end
  local dx, dy = x1 - x0, y1 - y0
  if width <= 1 or (dx == 0 and dy == 0) then return self:thin_line(x0, y0, x1, y1, rgb) end
  local length, half = math.sqrt(dx * dx + dy * dy), (width - 1) / 2
  local more, less = round_away(half) / length, round_inwards(half) / length
  local left, right = round_inwards(less * dy), round_inwards(more * dy)
  local above, below = round_away(less * dx), round_away(more * dx)
  self:polygon({{x0 - left, y0 + below}, {x1 - left, y1 + below}, {x1 + right, y1 - above},
    {x0 + right, y0 - above}}, rgb)
end

--- How far a disc reaches to each side in each row: its border goes to the next pixel nearest to the circle, from the
-- right end of the row in the middle upwards.
local function disc_reaches(radius)
  local function error_at(x, y) return math.abs(x * x + y * y - radius * radius) end
  local reaches, x, y = {[0] = radius}, radius, 0
  while y < radius do
    local best, best_x, best_y = error_at(x, y + 1), x, y + 1
    if x > 0 and error_at(x - 1, y + 1) < best then best, best_x, best_y = error_at(x - 1, y + 1), x - 1, y + 1 end
    if x > 0 and error_at(x - 1, y) < best then best_x, best_y = x - 1, y end
    x, y = best_x, best_y
    reaches[y] = reaches[y] or x
  end
  return reaches
end

--- A disc around a pixel.
function Canvas:disc(x, y, radius, rgb)
  for row, reach in pairs(disc_reaches(radius)) do
    self:fill(x - reach, y + row, x + reach, y + row, rgb)
    self:fill(x - reach, y - row, x + reach, y - row, rgb)
  end
end

--- The size of a text in pixels, in letters `scale` times as large as the smallest.
function canvas.text_size(text, scale) return font.width(text) * scale, font.HEIGHT * scale end

--- A text of one line, whose upper left corner is (x, y).
function Canvas:text(x, y, text, rgb, scale)
  font.each_text_pixel(text, function(row, column)
    local left, top = x + column * scale, y + row * scale
    self:fill(left, top, left + scale - 1, top + scale - 1, rgb)
  end)
end

return canvas
