--- The bottom lines of the terminal, kept for progress bars and live plots while
-- everything else, from whichever program or library, scrolls above them.
--
-- The terminal does the work: its scrolling region (DECSTBM) is set to the rows
-- above the panel, and each redraw saves and restores the cursor. So `print` needs
-- no help from us, text that scrolls away is in the terminal's history, and a
-- panel never has to know who wrote what.
--
-- Invariant: `height` rows at the bottom, of a terminal `columns` by `rows`, are
-- outside the scrolling region; height is the sum of the slots' lines.
local terminal = require "torch.utils.terminal"

local panel = {}

local SAVE, RESTORE = "\0277", "\0278"
local slots = {} -- from top to bottom
local height, columns, rows = 0, 0, 0

--- The file that reaches the terminal, and its number; nil where there is none or
-- it understands no control sequences.
local function output()
  local kind = os.getenv("TERM")
  if kind == nil or kind == "" or kind == "dumb" then return nil end
  if terminal.isatty(2) then return io.stderr, 2 end
  if terminal.isatty(1) then return io.stdout, 1 end
end

--- Whether there is a terminal with room for `lines` lines and some text.
function panel.available(lines)
  local _, tall = terminal.size()
  return output() ~= nil and tall >= (lines or 1) + 4
end

--- columns, rows of the terminal.
function panel.size() return terminal.size() end

--- Whether the locale's characters are Unicode.
function panel.is_utf8()
  local locale
  for _, name in ipairs{"LC_ALL", "LC_CTYPE", "LANG"} do
    local value = os.getenv(name)
    locale = locale or (value ~= "" and value)
  end
  return (locale or ""):lower():find("utf%-?8") ~= nil
end

--- Writes ordinary text to the terminal.
function panel.write(text)
  io.stdout:flush()
  local file = output()
  if file then
    file:write(text)
    file:flush()
  end
end

local function line_count()
  local n = 0
  for _, slot in ipairs(slots) do n = n + #slot.lines end
  return n
end

--- Appends what makes the panel `new` lines high. IND (ESC D) moves down without
-- changing the column and scrolls at the last row, so that afterwards that many
-- rows below the cursor are free.
local function resize(out, new)
  if new > height then
    local more = new - height
    out[#out + 1] = ("\027D"):rep(more) .. ("\027[%dA"):format(more)
  end
  out[#out + 1] = SAVE
  for row = rows - height + 1, rows - new do
    out[#out + 1] = ("\027[%d;1H\027[2K"):format(row)
  end
  out[#out + 1] = new > 0 and ("\027[1;%dr"):format(rows - new) or "\027[r"
  out[#out + 1] = RESTORE
  height = new
end

--- After a change of the window's size nothing is known of its rows: begin anew.
local function notice_new_size(out)
  local wide, tall = terminal.size()
  if height > 0 and (wide ~= columns or tall ~= rows) then
    out[#out + 1] = SAVE .. "\027[r" .. RESTORE .. "\027[J"
    height = 0
  end
  columns, rows = wide, tall
end

--- Appends what draws the lines of a slot from `row` + 1 on, as far as there is room,
-- and over them its picture, if all of it has room. One picture covers the one before: with
-- nothing erased between, it does not flicker.
local function draw_slot(out, slot, row, moved)
  local covered = slot.picture and not moved
  slot.changed = false
  for i, line in ipairs(slot.lines) do
    if row + i > rows then return end
    if not covered then out[#out + 1] = ("\027[%d;1H\027[2K%s\027[0m"):format(row + i, line) end
  end
  if slot.picture then out[#out + 1] = ("\027[%d;1H%s"):format(row + 1, slot.picture) end
end

local function draw()
  local file, number = output()
  if file == nil then return end
  local out = {}
  notice_new_size(out)
  local wanted = math.min(line_count(), math.max(rows - 2, 0))
  local moved = wanted ~= height
  if moved then
    resize(out, wanted)
    terminal.at_exit(number, wanted > 0 and ("\027[r\027[%d;1H\n"):format(rows) or "")
  end
  out[#out + 1] = SAVE .. "\027[?7l" -- no wrapping: a line is a row
  local row = rows - height
  for _, slot in ipairs(slots) do
    local shifted = moved or slot.row ~= row
    if shifted or slot.changed then
      slot.row = row
      draw_slot(out, slot, row, shifted)
    end
    row = row + #slot.lines
  end
  out[#out + 1] = "\027[?7h" .. RESTORE
  io.stdout:flush()
  file:write(table.concat(out))
  file:flush()
end

--- Draws everything again if the window has another size, or if `erased` says that nothing is
-- left of it. The cursor is on the last row of the text.
function panel.restore(erased)
  local wide, tall = terminal.size()
  if height == 0 or not (erased or wide ~= columns or tall ~= rows) then return end
  io.stdout:flush()
  output():write(SAVE, "\027[r", RESTORE)
  height = 0
  draw()
end

local Slot = {}
Slot.__index = Slot

--- Shows `lines`, an array of strings, each at most as wide as the terminal; over them
-- `picture`, if given: what draws one from the first of these rows on.
function Slot:show(lines, picture)
  self.lines, self.picture, self.changed = lines, picture, true
  if self.open then draw() end
end

--- Gives the lines back. `text`, if given, stays as ordinary output.
function Slot:close(text)
  if not self.open then return end
  self.open = false
  for i, slot in ipairs(slots) do
    if slot == self then table.remove(slots, i) break end
  end
  draw()
  if text then panel.write(text) end
end

--- What is to be written to the terminal before a slot is there; the library of plots sets it.
function panel.before() end

--- A new slot; the ones with a higher `place` are nearer to the bottom.
function panel.open(place)
  panel.before()
  local slot = setmetatable({lines = {}, place = place or 0, open = true}, Slot)
  local i = 1
  while slots[i] and slots[i].place <= slot.place do i = i + 1 end
  table.insert(slots, i, slot)
  return slot
end

--- Cuts a line to `width` columns of the terminal.
function panel.fit(line, width)
  if terminal.width(line) <= width then return line end
  local cut, used = {}, 0
  for character in line:gmatch("[%z\1-\127\192-\255][\128-\191]*") do
    used = used + terminal.width(character)
    if used > width then break end
    cut[#cut + 1] = character
  end
  return table.concat(cut)
end

return panel
