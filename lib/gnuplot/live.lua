--- Live curves: watch a loss while it falls.
--
--     local curve <close> = gnuplot.live{title = "loss", file = "loss.png"}
--     for step, x, y in loader:enumerate() do
--       ...
--       curve:add("train", step, loss:item())
--     end
--
-- A curve never holds training up: gnuplot is a child of its own that is fed through
-- a pipe without waiting; at most one frame is on its way, and a frame is begun only
-- when `interval` seconds and many times the duration of the last one have passed.
-- When gnuplot is missing, dies, is stopped or is slow, that costs one warning; a new
-- one is tried later, at longer and longer intervals.
local Pipe = require "gnuplot.pipe"
local Series = require "gnuplot.series"
local options = require "torch.utils.options"
local panel = require "torch.utils.panel"
local screen = require "gnuplot.screen"
local terminal = require "torch.utils.terminal.c"

local Live = {}
Live.__index = Live
Live.__name = "gnuplot.live"

local POLL = 0.05      -- seconds between looks at gnuplot
local PAUSE = 15       -- a frame that took t seconds is followed by PAUSE·t of rest
local FIRST = 0.3      -- seconds before the first frame
local CLOSING = 2      -- seconds that close waits for the last picture at most
local RETRY = 5        -- seconds before a new gnuplot is tried, doubled each time
local FILE_EVERY = 5   -- seconds between writings of the file beside a screen
local INTERVAL = {window = 0.5, dumb = 1, file = 2}
local SIZE = {960, 540} -- of the file, in pixels
local LONG = 200       -- points of a series that is drawn by its means
local MEANS = 100      -- how many of them
local MARKS = 200      -- vertical lines at most

local parameters = {
  {"title", kind = "string", default = "loss"}, {"file", kind = "string"},
  {"logy", kind = "boolean"}, {"terminal", kind = "string"},
  {"interval", kind = "seconds"}, {"timeout", kind = "seconds", default = 10},
}

--- Where the picture is drawn before it takes the place of `path`: beside it.
local function draft_of(path)
  local folder, name = path:match("^(.*/)([^/]*)$")
  return ("%s.%s.%d"):format(folder or "", name or path, terminal.pid())
end

--- The format of `path`, after it has been seen that it can be written.
local function check_file(path)
  local format = path:match("%.(%w+)$")
  format = format and format:lower()
  local commands, choice = screen.file(format, table.unpack(SIZE))
  if commands == nil then
    error(("gnuplot.live: 'file': expected a name that ends in one of %s, got '%s'"):format(
      choice, path), 3)
  end
  local draft = draft_of(path)
  local file, reason = io.open(draft, "w")
  if file == nil then
    error(("gnuplot.live: 'file': cannot write '%s': %s"):format(path,
      reason:match(": (.*)$") or reason), 3)
  end
  file:close()
  os.remove(draft)
  return commands
end

--- A live curve. `gnuplot.live("loss")` or `gnuplot.live{title =, file =, logy =,
-- terminal =, interval =, timeout =}`:
--
-- - `title` (string, "loss"): above the picture
-- - `file` (string): a .png, .svg, .pdf or .eps that is kept up to date, replaced in
--   one piece; without a file and without a screen it is TITLE.png
-- - `logy` (boolean, false): logarithmic vertical axis
-- - `terminal`: "window", "dumb" (characters in the terminal), "file", "none", or a
--   window terminal of gnuplot (qt, wxt, x11); default: $HECATE_PLOT, else a window if
--   there is a display, else the terminal, else only the file
-- - `interval` (seconds): the least time between two redraws
-- - `timeout` (seconds, 10): how long a frame may take
--
-- Raises when the file cannot be written or an option is unknown.
local function live(...)
  local given = options.read("gnuplot.live", parameters, ...)
  local self = setmetatable({
    title = given.title, logy = given.logy, interval = given.interval,
    timeout = given.timeout, series = {}, by_name = {}, marks = {},
    screens = screen.choose("gnuplot.live", given.terminal), file = given.file,
    next_poll = 0, next_frame = terminal.now() + FIRST, next_file = 0, retry = RETRY,
    explicit = given.terminal ~= nil,
  }, Live)
  if self.screens[1] == "none" then self.file = nil end
  if self.screens[1] == "file" then self:need_file() end
  if self.file then self.file_commands = check_file(self.file) end
  return self
end

--- A curve that is shown nowhere goes to a file, and says so.
function Live:need_file()
  if self.file then return end
  local path = self.title:gsub("[^%w%-_.]+", "_") .. ".png"
  local ok, commands = pcall(check_file, path)
  if not ok then
    self:warn("no display, no terminal, and " .. commands:gsub("^.-'file': ", ""))
    return
  end
  self.file, self.file_commands = path, commands
  screen.warn(("gnuplot.live: no display and no terminal to draw on, see '%s'"):format(path))
end

--- One warning a curve.
function Live:warn(reason)
  if self.warned then return end
  self.warned = true
  screen.warn(("gnuplot.live: %s; the work goes on without the plot of '%s'"):format(
    reason, self.title))
end

local function as_number(value)
  if type(value) == "userdata" and value.item then value = value:item() end
  return type(value) == "number" and value or nil
end

--- Adds the point (`step`, `value`) to the series `name`, which is made at its first
-- point. `value` is a number or a tensor of one element; one that is not finite
-- leaves a gap. Takes microseconds, never waits.
function Live:add(name, step, value)
  local number, at = as_number(value), as_number(step)
  if type(name) ~= "string" then
    options.wrong("curve:add", "name", 1, "a string", name)
  end
  if at == nil then options.wrong("curve:add", "step", 2, "a number", step) end
  if number == nil then
    options.wrong("curve:add", "value", 3, "a number or a tensor of one element", value)
  end
  if self.closed then error("curve:add: the curve is closed", 2) end
  local series = self.by_name[name]
  if series == nil then
    series = Series.new(name)
    self.by_name[name] = series
    self.series[#self.series + 1] = series
  end
  series:add(at, number)
  self.dirty = true
  local now = terminal.now()
  if now >= self.next_poll then self:advance(now) end
end

--- A vertical line at `step`, with `text` beside it.
function Live:mark(step, text)
  local at = as_number(step)
  if at == nil then options.wrong("curve:mark", "step", 1, "a number", step) end
  if #self.marks >= MARKS then table.remove(self.marks, 1) end
  self.marks[#self.marks + 1] = {step = at, text = text and tostring(text) or ""}
  self.dirty = true
end

-- ---- frames ------------------------------------------------------------------

--- Adds one series to the data and the plot command. A long one is drawn as the
-- means of neighbours, over all its points in a pale colour (not with characters:
-- there is no room for both).
local function add_series(script, plots, i, series, above, dumb)
  local title = Pipe.quote(series.name) .. " noenhanced"
  local long = series.count > LONG
  if not (long and dumb) then
    local text, n = series:text(above)
    if n == 0 then return end
    script[#script + 1] = ("$all%d << EOD\n%sEOD\n"):format(i, text)
    plots[#plots + 1] = long and ("$all%d with lines lw 1 lc rgb '%s' notitle"):format(i,
      screen.pale[(i - 1) % #screen.pale + 1])
      or ("$all%d with %s lt %d title %s"):format(i, n > 1 and "lines" or 'points pt "o"', i,
        title)
  end
  if not long then return end
  local text, n = series:means(MEANS, above)
  if n == 0 then return end
  script[#script + 1] = ("$mean%d << EOD\n%sEOD\n"):format(i, text)
  plots[#plots + 1] = ("$mean%d with lines lt %d title %s"):format(i, i, title)
end

local function add_mark(script, mark, dumb)
  script[#script + 1] = ("set arrow from first %.10g, graph 0 to first %.10g, graph %g nohead"
    .. " dt 2 lc rgb '#999999' back\n"):format(mark.step, mark.step, dumb and 0.95 or 1)
  if dumb then return end
  script[#script + 1] = ("set label %s at first %.10g, graph 0.99 right rotate by 90"
    .. " offset 0.8,0 noenhanced font ',9' tc rgb '#777777' back\n"):format(
    Pipe.quote(mark.text), mark.step)
end

--- The commands that draw the curve once, on whatever terminal is set, with
-- characters or not; nil while there is nothing to draw.
function Live:picture(dumb)
  local script, plots = {"reset\n", screen.look}, {}
  for i, series in ipairs(self.series) do
    add_series(script, plots, i, series, self.logy and 0 or nil, dumb)
  end
  if #plots == 0 then return nil end
  script[#script + 1] = "set title " .. Pipe.quote(self.title) .. " noenhanced\n"
  script[#script + 1] = "set border 3\nset key top right\n"
  if not dumb then
    script[#script + 1] = "set grid\nset xlabel 'step'\nset key opaque\nset rmargin 3\n"
  end
  if self.logy then script[#script + 1] = "set logscale y\n" end
  for _, mark in ipairs(self.marks) do add_mark(script, mark, dumb) end
  script[#script + 1] = "plot " .. table.concat(plots, ", ") .. "\n"
  return table.concat(script)
end

--- The size of a picture of characters.
local function dumb_size()
  local columns, rows = panel.size()
  return math.min(columns, 100), math.max(10, math.min(22, rows * 2 // 5))
end

--- The commands of a frame for the present screen and, if `with_file`, the file.
function Live:script(with_file)
  local kind, script = self.screens[1], {}
  local picture = self:picture(false)
  if picture == nil then return nil end
  if with_file then
    script[1] = ("%s\nset output %s\n%sunset output\n"):format(self.file_commands,
      Pipe.quote(draft_of(self.file)), picture)
  end
  if screen.is_window(kind) then
    script[#script + 1] = screen.window(kind, 0, Pipe.quote(self.title)) .. picture
  elseif kind == "dumb" then
    self.columns, self.rows = dumb_size()
    script[#script + 1] = screen.dumb(self.columns, self.rows) .. self:picture(true)
  end
  return table.concat(script)
end

--- Shows what came back for a frame.
function Live:show(text)
  if self.drawing_file then
    local ok, reason = os.rename(draft_of(self.file), self.file)
    if not ok then self:warn("cannot write the picture: " .. reason) end
    self.drawing_file = false
  end
  if self.screens[1] ~= "dumb" then return end
  self.lines = screen.lines(text, self.rows)
  self.slot = self.slot or panel.open(0)
  self.slot:show(self.lines)
end

--- gnuplot is gone or given up: warn, and try the next screen or the same one later.
function Live:fail(reason)
  if self.pipe then self.pipe:close(0) end
  self.pipe = nil
  if self.drawing_file then os.remove(draft_of(self.file)) end
  self.drawing_file = false
  local now = terminal.now()
  if screen.is_window(self.screens[1]) and #self.screens > 1 then
    if self.explicit or not reason:find(screen.no_window, 1, true) then
      screen.warn(("gnuplot.live: no window: %s"):format(reason))
    end
    table.remove(self.screens, 1)
    if self.screens[1] == "file" then self:need_file() end
    self.next_frame = now
    return
  end
  self:warn(reason)
  self.next_frame, self.retry = now + self.retry, self.retry * 2
end

--- Begins a frame if there is something to draw.
function Live:begin(now, with_file)
  local script = self:script(with_file)
  if script == nil then return end
  if self.pipe == nil then
    local pipe, reason = Pipe.start(true)
    if pipe == nil then return self:fail(reason) end
    self.pipe = pipe
    function pipe.on_end()
      if self.pipe == pipe then self:close() end
    end
  end
  self.began, self.dirty, self.drawing_file = now, false, with_file
  local queued, reason = self.pipe:frame(script)
  if not queued then self:fail(reason or "gnuplot takes no more") end
end

--- The frame on its way is done or late, or nothing has happened.
function Live:finish_frame(now, wait)
  local text, took
  if wait then text, took = self.pipe:await(wait) else text, took = self.pipe:poll(0) end
  if text == false then
    if now - self.began < self.timeout then return end
    text, took = nil, ("gnuplot has not answered for %g s"):format(self.timeout)
  end
  if text == nil then return self:fail(took) end
  self.next_frame = self.began
    + math.max(self.interval or INTERVAL[self.screens[1]] or INTERVAL.window, PAUSE * took)
  self:show(text)
end

--- One look at everything; takes microseconds.
function Live:advance(now)
  self.next_poll = now + POLL
  if self.screens[1] == "none" then return end
  if self.pipe and self.pipe.pending then self:finish_frame(now) end
  if (self.pipe and self.pipe.pending) or not self.dirty or now < self.next_frame then return end
  if #self.screens == 1 and self.file == nil then return end
  local with_file = self.file ~= nil and (self.screens[1] == "file" or now >= self.next_file)
  if with_file then self.next_file = now + FILE_EVERY end
  self:begin(now, with_file)
end

-- ---- the end --------------------------------------------------------------------

--- Draws the last frame; a gnuplot that fails is replaced once. One that says
-- nothing gets half of the time, so that the next one has the other half.
function Live:last_frame()
  local deadline = terminal.now() + CLOSING
  local function wait(share)
    local now = terminal.now()
    self:finish_frame(now, math.min(self.timeout, math.max(0, deadline - now) * share))
  end
  local healthy = not (self.pipe and self.pipe.pending)
  if not healthy then
    wait(0.5)
    healthy = self.pipe ~= nil
  end
  for try = 1, 2 do
    self:begin(terminal.now(), self.file ~= nil)
    if self.pipe == nil or not self.pipe.pending then return end
    wait((try == 1 and healthy) and 0.5 or 1)
    if self.pipe or not healthy then return end
  end
end

--- Draws the curve a last time, into the file as well, and lets gnuplot go; a window
-- stays open. In the terminal the picture becomes ordinary output.
function Live:close()
  if self.closed then return end
  self.closed = true
  if self.screens[1] ~= "none" then self:last_frame() end
  if self.pipe then self.pipe:close(1, screen.is_window(self.screens[1])) end
  self.pipe = nil
  if self.slot then self.slot:close(table.concat(self.lines, "\n") .. "\027[0m\n") end
end

Live.__close = Live.close
Live.__gc = Live.close

function Live:__tostring()
  return ("gnuplot.live(%q, %d series)"):format(self.title, #self.series)
end

return live
