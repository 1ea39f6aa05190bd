--- Progress bars.
--
--     for x, y in torch.utils.progress(loader, {desc = "epoch 1"}) do ... end
--
--     local bar <close> = torch.utils.progress(loader)
--     for x, y in bar do ...; bar:set{loss = loss} end
--
-- On a terminal the bar has the bottom line to itself (see panel.lua), so that what
-- is printed meanwhile scrolls above it; elsewhere a plain line comes out at
-- intervals, without control characters.
local options = require "torch.utils.options"
local panel = require "torch.utils.panel"
local terminal = require "torch.utils.terminal"

local REDRAW = 0.1  -- seconds between redraws of a bar
local LINES = 10    -- seconds between plain lines
local MEMORY = 0.3  -- weight of the newest measurement in the rate

local Bar = {}
Bar.__index = Bar
Bar.__name = "torch.utils.progress"

local parameters = {
  {"iterable"}, {"desc", kind = "string", default = ""},
  {"total", kind = "count"}, {"unit", kind = "string"},
  {"leave", kind = "boolean", default = true},
}

-- ---- what is iterated ------------------------------------------------------------

local function count_to(n)
  local i = 0
  return function()
    if i < n then
      i = i + 1
      return i
    end
  end
end

local function each(array)
  local i = 0
  return function()
    i = i + 1
    if array[i] ~= nil then return i, array[i] end
  end
end

--- A function that gives the next items, the number of them if it is known, and
-- how many samples an item stands for.
local function iterator_of(iterable)
  local count = options.integer(iterable)
  if count and count >= 0 then return count_to(count), count end
  if type(iterable) == "function" then return iterable end
  local iter = (type(iterable) == "table" or type(iterable) == "userdata")
    and options.field(iterable, "iter")
  if iter then
    local n = options.length(iterable)
    local samples
    if options.field(iterable, "dataset") then samples = options.integer(options.field(iterable, "batch_size")) end
    return iter(iterable), n, samples
  end
  if type(iterable) == "table" and getmetatable(iterable) == nil then
    return each(iterable), #iterable
  end
  if options.is_callable(iterable) then return iterable end
  options.wrong("progress", "iterable", 1,
    "a loader, an iterator, an array or a number of rounds", iterable)
end

-- ---- words --------------------------------------------------------------------------

--- Seconds as 0:07, 12:30 or 1:02:03.
local function clock(seconds)
  if seconds ~= seconds or seconds == math.huge then return "?" end
  local s = math.floor(seconds + 0.5)
  if s < 3600 then return ("%d:%02d"):format(s // 60, s % 60) end
  return ("%d:%02d:%02d"):format(s // 3600, s // 60 % 60, s % 60)
end

--- 7.25, 481, 15,342.
local function amount(x)
  if x < 10 then return ("%.2f"):format(x) end
  if x < 100 then return ("%.1f"):format(x) end
  local digits = ("%d"):format(math.floor(x + 0.5))
  return (digits:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

--- The rate, or the time of one where it is slow.
local function speed(rate, unit)
  if rate <= 0 then return nil end
  if rate < 1 then return ("%s s/%s"):format(amount(1 / rate), (unit:gsub("s$", ""))) end
  return ("%s %s/s"):format(amount(rate), unit)
end

--- A line must not move the cursor: no control characters, those of 8 bits (in UTF-8) neither.
local function one_line(text) return (text:gsub("%c", " "):gsub("\xC2[\x80-\x9F]", " ")) end

local function value_text(value)
  if type(value) == "userdata" and value.item then value = value:item() end
  if value ~= value then return "nan" end
  if math.type(value) == "float" then return ("%.4g"):format(value) end
  return tostring(value)
end

local function postfix(values)
  if type(values) == "string" then return one_line(values) end
  local names, texts = {}, {}
  for name in pairs(values) do names[#names + 1] = tostring(name) end
  table.sort(names)
  for i, name in ipairs(names) do texts[i] = name .. " " .. value_text(values[name]) end
  return one_line(table.concat(texts, ", "))
end

local EIGHTHS = {"▏", "▎", "▍", "▌", "▋", "▊", "▉"}

local function graph(fraction, width)
  fraction = math.max(0, math.min(1, fraction))
  if not panel.is_utf8() then
    local full = math.floor(fraction * width)
    return ("#"):rep(full) .. (" "):rep(width - full)
  end
  local eighths = math.floor(fraction * width * 8)
  local full, part = eighths // 8, eighths % 8
  local bar = ("█"):rep(full) .. (part > 0 and EIGHTHS[part] or "")
  return bar .. (" "):rep(width - full - (part > 0 and 1 or 0))
end

-- ---- the bar ---------------------------------------------------------------------------

--- Items a second, lately.
local function measure(self, now)
  local seconds = now - self.measured_at
  if seconds <= 0 or self.count == self.measured then return end
  local rate = (self.count - self.measured) / seconds
  self.rate = self.rate and (1 - MEMORY) * self.rate + MEMORY * rate or rate
  self.measured, self.measured_at = self.count, now
end

local function facts(self, now, final)
  local elapsed = now - self.began
  local rate = final and elapsed > 0 and self.count / elapsed or self.rate or 0
  local list = {}
  local left = self.total and rate > 0 and (self.total - self.count) / rate
  list[1] = final and ("%s"):format(clock(elapsed))
    or ("%s<%s"):format(clock(elapsed), left and clock(left) or "?")
  list[2] = speed(rate * (self.samples or 1), self.unit)
  if self.postfix ~= "" then list[#list + 1] = self.postfix end
  return table.concat(list, ", ")
end

--- The description and a blank, shortened so that there is room for all of `rest`, or, where half of the line
-- would not be left for the description, for `count`, the part of `rest` that must show.
local function head_of(self, room, count, rest)
  if self.desc == "" then return "" end
  local least = math.min(room // 2, room - terminal.width(count) - 1)
  local width = math.max(room - terminal.width(rest) - 1, least)
  if terminal.width(self.desc) <= width then return self.desc .. " " end
  local dots = panel.is_utf8() and "…" or "..."
  width = width - terminal.width(dots)
  return width > 0 and panel.fit(self.desc, width) .. dots .. " " or ""
end

local function bar_line(self, now, final)
  local columns = panel.size()
  local room = columns - 1
  if not self.total then
    local count = ("%d"):format(self.count)
    local rest = ("%s [%s]"):format(count, facts(self, now, final))
    return panel.fit(head_of(self, room, count, rest) .. rest, room)
  end
  local fraction = self.total > 0 and self.count / self.total or 1
  local percent = ("%3d%%|"):format(math.floor(100 * fraction))
  local count = ("| %d/%d"):format(self.count, self.total)
  local tail = ("%s [%s]"):format(count, facts(self, now, final))
  local head = head_of(self, room, percent .. count, percent .. tail) .. percent
  local free = room - terminal.width(head) - terminal.width(tail)
  local bar = free >= 4 and graph(fraction, math.min(30, free)) or ""
  return panel.fit(head .. bar .. tail, room)
end

local function plain_line(self, now, final)
  local head = self.desc == "" and "" or self.desc .. ": "
  local count = self.total and ("%d/%d"):format(self.count, self.total) or self.count
  if self.total and self.total > 0 then
    head = ("%s%3d%% "):format(head, math.floor(100 * self.count / self.total))
  end
  local text = facts(self, now, final):gsub("^([%d:]+)<([%d:?]+)", "%1 (%2 left)")
  return ("%s%s [%s]"):format(head, count, text)
end

local function draw(self, now)
  measure(self, now)
  if self.slot then
    self.slot:show{bar_line(self, now)}
    self.next_draw = now + REDRAW
  else
    io.stderr:write(plain_line(self, now), "\n")
    self.next_draw = now + LINES
  end
end

--- Counts `n` (1) items as done, for loops that the bar does not drive itself.
function Bar:update(n)
  self.count = self.count + (n or 1)
  local now = terminal.now()
  if now >= self.next_draw and not self.closed then draw(self, now) end
end

--- What stands at the end of the bar: a table of names with numbers, strings or
-- tensors of one element, sorted by name, or a string. Shown at the next redraw.
function Bar:set(values)
  if type(values) ~= "table" and type(values) ~= "string" then
    options.wrong("progress:set", "values", 1, "a table or a string", values)
  end
  self.postfix = postfix(values)
end

--- Ends the bar; its last state stays as a line of output.
function Bar:close()
  if self.closed then return end
  self.closed = true
  local now = terminal.now()
  if self.slot then
    self.slot:close(self.leave and bar_line(self, now, true) .. "\n" or nil)
  elseif self.leave then
    io.stderr:write(plain_line(self, now, true), "\n")
  end
end

Bar.__close = Bar.close
Bar.__gc = Bar.close

local function pass(self, ...)
  if (...) == nil then
    self:close()
    return nil
  end
  self.given = true
  return ...
end

--- The next items of what is iterated. The items before are done by now.
function Bar:__call()
  if self.given then self:update(1) end
  self.given = false
  return pass(self, self.next())
end

--- For `for x, y in bar:iter() do`: the loop closes the bar however it ends.
function Bar:iter() return self, nil, nil, self end

function Bar:__tostring() return plain_line(self, terminal.now(), self.closed) end

--- torch.utils.progress(iterable: any, {desc: string =, total: int =, unit: string =, leave: bool = true}) -> any:
-- Iterates like `iterable` and shows how far it is.
--
-- - `iterable`: a DataLoader or anything with `iter`, an iterator function, an array
--   (gives position and value) or a number of rounds
-- - `desc`: what stands before the bar
-- - `total`: the number of items, where the iterable does not know it
-- - `unit`: of the rate; "samples" for a loader, else "it"
-- - `leave`: the last state stays as a line of output
--
-- Returns the bar, which is the iterator, and what makes a `for` close it. It has
-- `set{loss = …}`, `update(n)` and `close()`.
local function progress(...)
  local given = options.read("progress", parameters, ...)
  local next_items, total, samples = iterator_of(given.iterable)
  local now = terminal.now()
  local bar = setmetatable({
    next = next_items, total = given.total or total, samples = samples,
    desc = one_line(given.desc), leave = given.leave,
    unit = one_line(given.unit or (samples and "samples" or "it")), count = 0, postfix = "",
    began = now, measured = 0, measured_at = now, next_draw = now + REDRAW,
  }, Bar)
  if panel.is_notebook or terminal.isatty(2) and panel.available() then
    bar.slot = panel.open(1)
    bar.slot:show{bar_line(bar, now)}
  else
    bar.next_draw = now + LINES
  end
  return bar, nil, nil, bar
end

return progress
