--- canvas.lua: a line chart in text, for terminals. In UTF-8 a cell holds 2×4
--- dots (braille); elsewhere it holds one ASCII sign per curve.

local Canvas = {}
Canvas.__index = Canvas

local COLORS = { 34, 33, 32, 31, 35, 36 } -- SGR foregrounds: blue, yellow, green, red …
local SIGNS = { "*", "+", "o", "x", "#", "%" }
-- The bit of the dot at (row, column) of a cell; Unicode 13, "Braille Patterns".
local BITS = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } }

--- Whether the terminal reads UTF-8, as the locale says.
function Canvas.unicode()
  for _, name in ipairs { "LC_ALL", "LC_CTYPE", "LANG" } do
    local value = os.getenv(name)
    if value and value ~= "" then return value:lower():find "utf%-?8" ~= nil end
  end
  return false
end

--- Whether colours are wanted (see no-color.org).
function Canvas.color()
  local no = os.getenv "NO_COLOR"
  return (no == nil or no == "") and os.getenv "TERM" ~= "dumb"
end

local function new(columns, rows, unicode)
  local self = setmetatable({ columns = columns, rows = rows, unicode = unicode }, Canvas)
  self.wide, self.high = unicode and 2 or 1, unicode and 4 or 1
  self.cells, self.colors = {}, {}
  return self
end

-- Sets the dot at (x, y), counted from 0 at the top left.
local function dot(self, x, y, series)
  if x < 0 or y < 0 or x >= self.columns * self.wide or y >= self.rows * self.high then return end
  local at = (y // self.high) * self.columns + x // self.wide
  self.cells[at] = self.unicode and (self.cells[at] or 0) | BITS[y % 4 + 1][x % 2 + 1] or series
  self.colors[at] = series
end

-- A straight line by Bresenham's algorithm (IBM Systems Journal 4, 1965).
local function line(self, x, y, to_x, to_y, series)
  local dx, dy = math.abs(to_x - x), -math.abs(to_y - y)
  local step_x, step_y = x < to_x and 1 or -1, y < to_y and 1 or -1
  local off = dx + dy
  while true do
    dot(self, x, y, series)
    if x == to_x and y == to_y then return end
    local twice = 2 * off
    if twice >= dy then off, x = off + dy, x + step_x end
    if twice <= dx then off, y = off + dx, y + step_y end
  end
end

local function paint(text, series, color)
  if not color then return text end
  return ("\27[%dm%s\27[0m"):format(COLORS[(series - 1) % #COLORS + 1], text)
end

local function sign(self, at)
  if self.unicode then return utf8.char(0x2800 + self.cells[at]) end
  return SIGNS[(self.cells[at] - 1) % #SIGNS + 1]
end

-- One row of cells as text, runs of a colour under one escape code.
local function row_text(self, row, color)
  local parts, run, series = {}, {}, nil
  local function flush()
    if #run > 0 then parts[#parts + 1] = series and paint(table.concat(run), series, color) or table.concat(run) end
    run = {}
  end
  for column = 0, self.columns - 1 do
    local at = row * self.columns + column
    local mine = self.cells[at] and self.colors[at] or nil
    if mine ~= series then flush() end
    series = mine
    run[#run + 1] = mine and sign(self, at) or " "
  end
  flush()
  return table.concat(parts)
end

-- The ends of the axes over all curves, or nil without a point.
local function limits(curves, scale)
  local box
  for _, curve in ipairs(curves) do
    for i = 1, curve.n do
      local x, y = curve.x[i], scale(curve.y[i])
      if y == y and x == x then
        box = box or { left = x, right = x, low = y, high = y }
        if x < box.left then box.left = x elseif x > box.right then box.right = x end
        if y < box.low then box.low = y elseif y > box.high then box.high = y end
      end
    end
  end
  if box and box.left == box.right then box.left, box.right = box.left - 0.5, box.right + 0.5 end
  if box and box.low == box.high then
    local half = math.max(math.abs(box.low) * 0.05, 1e-9)
    box.low, box.high = box.low - half, box.high + half
  end
  return box
end

local function draw_curve(self, curve, number, box, scale)
  local wide, high = self.columns * self.wide - 1, self.rows * self.high - 1
  local last_x, last_y
  for i = 1, curve.n do
    local y = scale(curve.y[i])
    local px = (curve.x[i] - box.left) / (box.right - box.left) * wide
    local py = (box.high - y) / (box.high - box.low) * high
    if py == py and px == px then
      px, py = math.floor(px + 0.5), math.floor(py + 0.5)
      line(self, last_x or px, last_y or py, px, py, number)
      last_x, last_y = px, py
    else
      last_x, last_y = nil, nil -- a gap
    end
  end
end

local function number_text(value)
  if value == math.floor(value) and math.abs(value) < 1e7 then return ("%d"):format(value) end
  return ("%.4g"):format(value)
end

-- Cuts to 'width' characters, never inside one.
local function cut(text, width)
  local length = utf8.len(text)
  if not length then return text:sub(1, width) end
  return length <= width and text or text:sub(1, utf8.offset(text, width + 1) - 1)
end

local function centre(text, width)
  text = cut(text, width)
  return (" "):rep((width - (utf8.len(text) or #text)) // 2) .. text
end

-- "name value" of each curve, with its colour.
local function legend(curves, width, unicode, color)
  local parts, used = {}, 0
  for i, curve in ipairs(curves) do
    local mark = unicode and (color and "━" or "") or SIGNS[(i - 1) % #SIGNS + 1]
    local text = cut(("%s %s"):format(curve.name, curve.last and number_text(curve.last) or ""), 40)
    local length = (utf8.len(text) or #text) + 4
    if used + length > width then break end
    used = used + length
    parts[#parts + 1] = paint(mark, i, color) .. " " .. text
  end
  return table.concat(parts, "  ")
end

-- The bottom line: where x begins, its middle and where it ends.
local function x_axis(box, margin, columns)
  local left, right = number_text(box.left), number_text(box.right)
  local middle = number_text((box.left + box.right) / 2)
  local room = columns - #left - #right - #middle
  if room < 4 then return (" "):rep(margin) .. left .. (" "):rep(math.max(columns - #left - #right, 1)) .. right end
  return (" "):rep(margin) .. left .. (" "):rep(room // 2) .. middle .. (" "):rep(room - room // 2) .. right
end

-- The label of each third row or so, at most as many as read well.
local function y_labels(box, rows, logy)
  local labels, width = {}, 0
  local every = math.max(3, rows // 4)
  for row = 0, rows - 1 do
    if row % every == 0 or row == rows - 1 then
      local value = box.high - (row + 0.5) / rows * (box.high - box.low)
      if row == 0 then value = box.high elseif row == rows - 1 then value = box.low end
      labels[row] = number_text(logy and 10 ^ value or value)
      width = math.max(width, #labels[row])
    end
  end
  if labels[rows - 2] then labels[rows - 2] = nil end
  return labels, width
end

--- A chart as an array of lines, none wider than width. 'curves' is an array of
--- {name=, x=, y=, n=, last=}; options: width, height, title, logy, unicode, color.
--- Without a point to draw the array holds the title only.
function Canvas.chart(curves, options)
  local width, height = math.max(options.width, 24), math.max(options.height, 6)
  local scale = function(y) return y end
  if options.logy then scale = function(y) return y > 0 and math.log(y, 10) or 0 / 0 end end
  local lines = {}
  if options.title then lines[1] = centre(options.title, width) end
  local box = limits(curves, scale)
  if not box then return lines end
  lines[#lines + 1] = " " .. legend(curves, width - 1, options.unicode, options.color)
  local rows = height - #lines - 2
  local labels, margin = y_labels(box, rows, options.logy)
  local self = new(width - margin - 2, rows, options.unicode)
  for number, curve in ipairs(curves) do draw_curve(self, curve, number, box, scale) end
  local bar, corner, dash = "|", "+", "-"
  if options.unicode then bar, corner, dash = "│", "└", "─" end
  for row = 0, rows - 1 do
    lines[#lines + 1] = ("%" .. margin .. "s %s%s"):format(labels[row] or "", bar, row_text(self, row, options.color))
  end
  lines[#lines + 1] = (" "):rep(margin + 1) .. corner .. dash:rep(self.columns)
  lines[#lines + 1] = x_axis(box, margin + 2, self.columns)
  return lines
end

return Canvas
