--- The kernel's logo: a torch before the moon. One drawing on 64 × 64, as the SVG that it is and
-- as pixels, for frontends that want a PNG.
local logo = {}

local SIZE = 64
local CURVE = 16 -- straight lines for a curve
local FINE = 4   -- samples on each side of a pixel

-- Shapes in their order: colour, and a path of SVG of the commands below.
local shapes = {
  {"#1b2447", "M1 32a31 31 0 1 1 62 0a31 31 0 1 1 -62 0z"},
  {"#e8e4d4", "M40 7a26 26 0 1 0 0 50a25 25 0 1 1 0 -50z"},
  {"#8a5a2b", "M37 32h10l-3 24h-4z"},
  {"#c08a3e", "M35 29h14v4h-14z"},
  {"#f2792b", "M42 8c1 6 8 9 8 15c0 3 -2 5 -3 6h-10c-1 -1 -3 -3 -3 -6c0 -4 3 -5 4 -8c1 2 2 3 2 5c2 -3 3 -7 2 -12z"},
  {"#ffd45e", "M42 18c0 3 4 4 4 8c0 1 0 2 -1 3h-6c-1 -1 -1 -2 -1 -3c0 -3 4 -5 4 -8z"},
}

--- The text of the SVG.
function logo.svg()
  local lines = {('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d">'):format(SIZE, SIZE, SIZE, SIZE)}
  for _, shape in ipairs(shapes) do lines[#lines + 1] = ('<path d="%s" fill="%s"/>'):format(shape[2], shape[1]) end
  return table.concat(lines, "\n") .. "\n</svg>\n"
end

-- ---- paths as polygons ---------------------------------------------------------------------------

--- A part of a circle from (x, y) by (dx, dy); `large` and `sweep` are SVG's flags.
local function arc(add, x, y, r, _, _, large, sweep, dx, dy)
  local chord = math.sqrt(dx * dx + dy * dy)
  local away = math.sqrt(math.max(r * r - chord * chord / 4, 0)) / chord * (large == sweep and 1 or -1)
  local cx, cy = x + dx / 2 + dy * away, y + dy / 2 - dx * away
  local first, last = math.atan(y - cy, x - cx), math.atan(y + dy - cy, x + dx - cx)
  if sweep == 1 and last <= first then last = last + 2 * math.pi end
  if sweep == 0 and last >= first then last = last - 2 * math.pi end
  for i = 1, 2 * CURVE do
    local angle = first + (last - first) * i / (2 * CURVE)
    add(cx + r * math.cos(angle), cy + r * math.sin(angle))
  end
end

local function bezier(add, x, y, x1, y1, x2, y2, x3, y3)
  for i = 1, CURVE do
    local t = i / CURVE
    local b1, b2, b3 = 3 * (1 - t) ^ 2 * t, 3 * (1 - t) * t ^ 2, t ^ 3
    add(x + b1 * x1 + b2 * x2 + b3 * x3, y + b1 * y1 + b2 * y2 + b3 * y3)
  end
end

local commands = {
  M = function(add, _, _, to_x, to_y) add(to_x, to_y) end,
  h = function(add, x, y, dx) add(x + dx, y) end,
  v = function(add, x, y, dy) add(x, y + dy) end,
  l = function(add, x, y, dx, dy) add(x + dx, y + dy) end,
  a = arc,
  c = bezier,
  z = function() end,
}

--- The corners of a path, {{x, y}, …}.
local function corners(path)
  local points, x, y = {}, 0, 0
  local function add(to_x, to_y)
    x, y = to_x, to_y
    points[#points + 1] = {x, y}
  end
  for name, words in path:gmatch "(%a)([^%a]*)" do
    local numbers = {}
    for word in words:gmatch "%S+" do numbers[#numbers + 1] = tonumber(word) end
    commands[name](add, x, y, table.unpack(numbers))
  end
  return points
end

--- Which of the points (x, y) lie in a polygon: those whose ray to the right crosses its border an
-- odd number of times.
local function inside(points, x, y)
  local odd = torch.zeros(#y, #x, {dtype = "bool"})
  for i, a in ipairs(points) do
    local b = points[i % #points + 1]
    local crosses = y:lt(a[2]):ne(y:lt(b[2])):unsqueeze(2)
    if a[2] ~= b[2] then
      local at = (y - a[2]) * ((b[1] - a[1]) / (b[2] - a[2])) + a[1]
      odd = odd:ne(crosses:logical_and(x:unsqueeze(1):lt(at:unsqueeze(2))))
    end
  end
  return odd
end

--- A PNG of size × size pixels on a transparent ground.
function logo.png(size)
  local side = size * FINE
  local place = (torch.arange(side) + 0.5) * (SIZE / side)
  local picture = torch.zeros(4, side, side)
  for _, shape in ipairs(shapes) do
    local mask = inside(corners(shape[2]), place, place)
    local red, green, blue = shape[1]:match "^#(%x%x)(%x%x)(%x%x)$"
    for i, part in ipairs {red, green, blue, "ff"} do picture[i]:masked_fill_(mask, tonumber(part, 16)) end
  end
  local mean = picture:reshape(4, size, FINE, size, FINE):mean({3, 5})
  mean[{{1, 3}}]:mul_(255):div_(mean[4]:clamp(1)) -- of the samples that are seen
  return require "hecate.notebook.c".png((mean + 0.5):to("uint8"):permute({2, 3, 1}):contiguous())
end

return logo
