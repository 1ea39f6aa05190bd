--- A canvas of characters: dots (braille, 2 by 4 in a cell; or one ASCII character a
-- cell), lines between them, and text, in colours or without.
--
-- Columns and rows of cells and dots count from 1, from the top left. What lies
-- outside is not drawn. A cell has one colour, that of what was drawn last; dots of
-- another colour that were there are gone, text stays on top of dots.
local terminal = require "torch.utils.terminal"

local Canvas = {}
Canvas.__index = Canvas

-- The bit of each dot of a braille character, by row and column of the cell.
local DOTS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}
local BRAILLE = 0x2800

--- Canvas.new(columns, rows, charset): `charset` is "braille" or "ascii".
function Canvas.new(columns, rows, charset)
  local braille = charset ~= "ascii"
  return setmetatable({columns = columns, rows = rows, braille = braille,
    across = braille and 2 or 1, down = braille and 4 or 1, -- dots in a cell
    dots = {}, colours = {}, texts = {}}, Canvas)
end

--- Sets the dot (x, y). `mark` is the character that stands for it in ASCII.
function Canvas:dot(x, y, colour, mark)
  local column, row = (x - 1) // self.across, (y - 1) // self.down
  if column < 0 or row < 0 or column >= self.columns or row >= self.rows then return end
  local cell = row * self.columns + column
  if not self.braille then
    self.dots[cell], self.colours[cell] = mark or "*", colour
    return
  end
  local bit = DOTS[(y - 1) % 4 + 1][(x - 1) % 2 + 1]
  local before = self.colours[cell] == colour and self.dots[cell] or 0
  self.dots[cell], self.colours[cell] = before | bit, colour
end

--- A straight line of dots. `dash`: {on, off}, in dots, or nil.
function Canvas:line(x1, y1, x2, y2, colour, mark, dash)
  local n = math.max(math.abs(x2 - x1), math.abs(y2 - y1))
  local dx, dy = (x2 - x1) / math.max(n, 1), (y2 - y1) / math.max(n, 1)
  for i = 0, n do
    if dash == nil or i % (dash[1] + dash[2]) < dash[1] then
      self:dot((x1 + dx * i + 0.5) // 1 | 0, (y1 + dy * i + 0.5) // 1 | 0, colour, mark)
    end
  end
end

--- Fills the dots of a rectangle, ends included.
function Canvas:fill(x1, y1, x2, y2, colour, mark)
  for x = math.min(x1, x2), math.max(x1, x2) do
    for y = math.min(y1, y2), math.max(y1, y2) do self:dot(x, y, colour, mark) end
  end
end

--- What the cells of UTF-8 text hold: a wide character is followed by an empty cell,
-- an accent is with its letter; in ASCII there is a "?" for what is not.
local function cells_of(self, text)
  local list = {}
  if not utf8.len(text) then text = text:gsub("[\128-\255]", "?") end
  for character in text:gsub("%c", " "):gmatch(utf8.charpattern) do
    local width = #character == 1 and 1 or terminal.width(character)
    if not self.braille and #character > 1 then character = "?" end
    if width == 0 and #list > 0 then
      if self.braille then list[#list] = list[#list] .. character end
    else
      list[#list + 1] = character
      if width == 2 then list[#list + 1] = self.braille and "" or "?" end
    end
  end
  return list
end

--- Writes text from the cell (column, row) on, over what is there.
function Canvas:text(column, row, text, colour)
  if row < 1 or row > self.rows then return end
  for i, character in ipairs(cells_of(self, text)) do
    local at = column + i - 1
    if at >= 1 and at <= self.columns then
      local cell = (row - 1) * self.columns + at - 1
      self.texts[cell], self.colours[cell] = character, colour
    end
  end
end

--- Whether something stands in the cell (column, row).
function Canvas:is_free(column, row)
  local cell = (row - 1) * self.columns + column - 1
  return self.texts[cell] == nil and self.dots[cell] == nil
end

local function character_of(self, cell)
  local text, dots = self.texts[cell], self.dots[cell]
  if text then return text end
  if dots == nil then return " " end
  return self.braille and utf8.char(BRAILLE + dots) or dots
end

--- The rows as strings without the blanks at their ends. `colour(c)` gives the escape
-- sequence that begins the colour c; without it there are no escape sequences.
function Canvas:lines(colour)
  local lines = {}
  for row = 0, self.rows - 1 do
    local line, now, last = {}, nil, 0
    for cell = row * self.columns, (row + 1) * self.columns - 1 do
      local character = character_of(self, cell)
      local wanted = self.colours[cell]
      if character == " " then wanted = now end
      if colour and wanted ~= now then
        line[#line + 1] = (now and "\027[0m" or "") .. (wanted and colour(wanted) or "")
        now = wanted
      end
      line[#line + 1] = character
      if character ~= " " then last = #line end
    end
    lines[row + 1] = table.concat(line, "", 1, last) .. (colour and now and "\027[0m" or "")
  end
  return lines
end

return Canvas
