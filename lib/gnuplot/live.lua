--- Live curves: watch a loss while it falls.
--
--     local curve <close> = gnuplot.live{title = "loss", file = "loss.png", csv = "loss.csv"}
--     for step, x, y in loader:enumerate() do
--       ...
--       curve:add("train", step, loss:item())
--     end
--
-- A curve never holds training up. Pictures of characters are drawn here; the time that
-- takes is followed by REST times as much without any. All others are drawn by
-- gnuplot, a child of its own that is fed through a pipe without waiting; at most one
-- frame is on its way, and the next is begun when the interval and many times the
-- duration of the last one have passed. When gnuplot is missing, dies, is stopped or is
-- slow, that costs one warning; a new one is tried later, at longer and longer
-- intervals.
local Log = require "gnuplot.log"
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
local PAUSE = 15       -- a frame that took gnuplot t seconds is followed by PAUSE·t of rest
local REST = 150       -- one that took ourselves t seconds by REST·t: less than 1 %
local FIRST = 0.3      -- seconds before the first frame
local CLOSING = 2      -- seconds that close waits for the last picture at most
local RETRY = 5        -- seconds before a new gnuplot is tried, doubled each time
local FILE_EVERY = 5   -- seconds between writings of the file beside a screen
local FILE_ALONE = 2   -- … and without one
local INTERVAL = 0.5   -- seconds between redraws of a screen
local SIZE = {960, 540} -- of the file, in pixels
local WIDEST = 120     -- columns of a picture in the terminal
local LONG = 200       -- points of a series that is drawn by its moving average
local MARKS = 200      -- vertical lines at most

local parameters = {
  {"title", kind = "string", default = "loss"}, {"file", kind = "string"},
  {"csv", kind = "string"}, {"logy", kind = "boolean"}, {"smooth", kind = "number", off = true},
  {"best", kind = "string", off = true, default = "min"}, {"terminal", kind = "string"},
  {"resume", kind = "boolean"}, {"interval", kind = "seconds"},
  {"timeout", kind = "seconds", default = 10},
}

-- ---- beginning ---------------------------------------------------------------------

--- Where the picture is drawn before it takes the place of `path`: beside it.
local function draft_of(path)
  local folder, name = path:match("^(.*/)([^/]*)$")
  return ("%s.%s.%d"):format(folder or "", name or path, terminal.pid())
end

local function cannot_write(path, reason)
  return ("cannot write '%s': %s"):format(path, reason:match(": (.*)$") or reason)
end

--- The format of `path` and gnuplot's commands for it; nil and the reason when it is none
-- of gnuplot's or cannot be written.
local function check_file(path)
  local format = (path:match("%.(%w+)$") or ""):lower()
  local commands, choice = screen.file(format, table.unpack(SIZE))
  if commands == nil then
    return nil, ("expected a name that ends in one of %s, got '%s'"):format(choice, path)
  end
  local draft = draft_of(path)
  local file, reason = io.open(draft, "w")
  if file == nil then return nil, cannot_write(path, reason) end
  file:close()
  os.remove(draft)
  return format, commands
end

local function refuse(name, reason)
  options.raise(("gnuplot.live: '%s': %s"):format(name, reason), 3)
end

local function check_choices(given)
  local smooth, best = given.smooth, given.best
  if smooth and not (smooth >= 0 and smooth < 1) then
    refuse("smooth", ("expected 0 or more and less than 1, got %s"):format(smooth))
  end
  if best and best ~= "min" and best ~= "max" then
    refuse("best", ("expected 'min', 'max' or false, got '%s'"):format(best))
  end
  if given.resume and not given.csv then refuse("resume", "needs 'csv', the file to go on with") end
end

--- A live curve. `gnuplot.live("loss")` or `gnuplot.live{title =, …}`:
--
-- - `title` (string, "loss"): above the picture
-- - `file` (string): a .png, .svg, .pdf or .eps that is kept up to date, replaced in
--   one piece; without a file, a CSV and a screen it is TITLE.png
-- - `csv` (string): a file to which every point is written at once, for `hecate plot`
-- - `logy` (boolean, false): logarithmic vertical axis
-- - `smooth` (number): weight of the past in the moving average that is drawn over the
--   points, 0 (none) to nearly 1; default: an average over a twentieth of the course,
--   of series of more than 200 points
-- - `best` ("min", "max" or false; "min"): the point that is marked
-- - `terminal`: "window", "terminal" (the best it can do, else one of "kitty", "sixel",
--   "braille", "ascii"), "file", "none", or a window terminal of gnuplot (qt, wxt,
--   x11); default: $HECATE_PLOT, else a window if there is a display, else the
--   terminal, else only files
-- - `resume` (boolean, false): go on with the points that are in the CSV
-- - `interval` (seconds): the least time between two redraws
-- - `timeout` (seconds, 10): how long a frame may take
--
-- Raises when a file cannot be written or an option is unknown.
local function live(...)
  local given = options.read("gnuplot.live", parameters, ...)
  check_choices(given)
  local now = terminal.now()
  local self = setmetatable({
    title = given.title, logy = given.logy, smooth = given.smooth, best = given.best,
    interval = given.interval, timeout = given.timeout, series = {}, by_name = {}, marks = {},
    screens = screen.choose("gnuplot.live", given.terminal), explicit = given.terminal ~= nil,
    revision = 0, next_poll = 0, next_text = now + FIRST, next_frame = now + FIRST,
    next_file = 0, retry = RETRY,
  }, Live)
  if given.csv then
    local reason
    if given.resume then self:read(given.csv) end
    self.log, reason = Log.open(given.csv, given.resume)
    if self.log == nil then refuse("csv", cannot_write(given.csv, reason)) end
  end
  if given.file and self.screens[1] ~= "none" then
    local format, commands = check_file(given.file)
    if format == nil then refuse("file", commands) end
    self.file, self.format, self.file_commands = given.file, format, commands
  end
  self:choose_screen()
  return self
end

--- Decides what "terminal" is when it is its turn; a curve that is shown nowhere goes to
-- a file, and says so.
function Live:choose_screen()
  if self.screens[1] == "terminal" then
    local kind = screen.terminal_kind()
    self.screens[1] = kind
    if not screen.is_text(kind) then table.insert(self.screens, 2, screen.text_kind()) end
  end
  if self.screens[1] ~= "file" or self.file or self.log then return end
  local path = self.title:gsub("[^%w%-_.]+", "_") .. ".png"
  local format, commands = check_file(path)
  if format == nil then
    self:warn("no display, no terminal, and " .. commands)
    return
  end
  self.file, self.format, self.file_commands = path, format, commands
  screen.warn(("gnuplot.live: no display and no terminal to draw on, see '%s'"):format(path))
end

--- One warning a curve.
function Live:warn(reason)
  if self.warned then return end
  self.warned = true
  local instead = ("the work goes on without the plot of '%s'"):format(self.title)
  if self.rescued then
    instead = ("until '%s' is drawn its points are in '%s'"):format(self.file, self.rescued)
  elseif self.log then
    instead = ("the points of '%s' are in '%s'"):format(self.title, self.log.path)
  end
  screen.warn(("gnuplot.live: %s; %s"):format(reason, instead))
end

-- ---- points ------------------------------------------------------------------------

local function as_number(value)
  if type(value) == "userdata" and value.item then value = value:item() end
  return type(value) == "number" and value or nil
end

local function put(self, name, step, value)
  local series = self.by_name[name]
  if series == nil then
    series = Series.new(name, self.smooth or nil)
    self.by_name[name] = series
    self.series[#self.series + 1] = series
  end
  series:add(step, value)
  self.revision = self.revision + 1
end

local function put_mark(self, step, text)
  if #self.marks >= MARKS then table.remove(self.marks, 1) end
  self.marks[#self.marks + 1] = {x = step, text = text}
  self.revision = self.revision + 1
end

--- Writes to the CSV; the first failure is a warning, and each line is tried anew.
local function record(self, method, ...)
  local ok, reason = Log[method](self.log, ...)
  if ok or self.torn then return end
  self.torn = true
  screen.warn(("gnuplot.live: %s; points are missing there"):format(cannot_write(self.log.path,
    reason)))
end

--- Adds the point (`step`, `value`) to the series `name`, which is made at its first
-- point. `value` is a number or a tensor of one element; one that is not finite
-- leaves a gap. Takes microseconds, never waits.
function Live:add(name, step, value)
  local number, at = as_number(value), as_number(step)
  if type(name) ~= "string" or name == "" then
    options.wrong("curve:add", "name", 1, "a string", name)
  end
  if at == nil then options.wrong("curve:add", "step", 2, "a number", step) end
  if number == nil then
    options.wrong("curve:add", "value", 3, "a number or a tensor of one element", value)
  end
  if self.closed then error("curve:add: the curve is closed", 2) end
  put(self, name, at, number)
  if self.log then record(self, "add", name, at, number) end
  local now = terminal.now()
  if now >= self.next_poll then self:advance(now) end
end

--- A vertical line at `step`, with `text` beside it.
function Live:mark(step, text)
  local at = as_number(step)
  if at == nil then options.wrong("curve:mark", "step", 1, "a number", step) end
  if self.closed then error("curve:mark: the curve is closed", 2) end
  text = text and tostring(text) or ""
  put_mark(self, at, text)
  if self.log then record(self, "mark", at, text) end
end

--- Takes the points of the CSV `path`, which may be missing.
function Live:read(path)
  local reader = Log.reader(path)
  if reader == nil then return end
  local sink = {add = function(_, ...) put(self, ...) end,
    mark = function(_, ...) put_mark(self, ...) end}
  local n, reason = reader:read(sink)
  reader:close()
  if n == nil then
    error(("gnuplot.live: 'csv': '%s': %s"):format(path, reason), 3)
  end
end

--- Begins a CSV of the points so far, for gnuplot has failed and nobody keeps them.
function Live:rescue()
  if self.log or self.file == nil then return end
  local path = self.file .. ".csv"
  local log = Log.open(path)
  if log == nil then return end
  for _, series in ipairs(self.series) do
    local x, y = series:points()
    for i, step in ipairs(x) do log:add(series.name, step, y[i]) end
  end
  for _, mark in ipairs(self.marks) do log:mark(mark.x, mark.text) end
  self.log, self.rescued = log, path
end

-- ---- pictures -----------------------------------------------------------------------

local function best_of(self, series)
  local best
  if self.best == "min" then best = {x = series.least_step, y = series.least} end
  if self.best == "max" then best = {x = series.most_step, y = series.most} end
  if best and best.y and series.finite > 1 and (best.y > 0 or not self.logy) then return best end
end

--- A series as gnuplot.chart and gnuplot.picture draw it: the points, or behind their
-- moving average.
local function curve_of(self, series)
  local above = self.logy and 0 or nil
  local x, y = series:points(above)
  local smooth = self.smooth
  if smooth == nil then smooth = series.count > LONG end
  local curve = {name = series.name, x = x, y = y, behind = {x = {}, y = {}}}
  if smooth and smooth ~= 0 then
    curve.behind = {x = x, y = y}
    curve.x, curve.y = series:means(above)
  end
  if series.last then curve.name = ("%s %.4g"):format(series.name, series.last) end
  curve.best = best_of(self, series)
  if curve.best then
    curve.name = ("%s (best %.4g at %.7g)"):format(curve.name, curve.best.y, curve.best.x)
  end
  return curve
end

--- The picture as data; nil while there is nothing to draw.
function Live:picture()
  local curves, n = {}, 0
  for i, series in ipairs(self.series) do
    curves[i] = curve_of(self, series)
    n = n + #curves[i].y
  end
  if n == 0 then return nil end
  return {title = self.title, logy = self.logy, curves = curves, marks = self.marks}
end

--- Columns and rows of a picture in the terminal.
local function size_inside()
  local columns, rows = panel.size()
  return math.min(columns - 1, WIDEST), math.max(8, math.min(22, rows * 2 // 5))
end

--- Draws with characters.
function Live:draw_text(now)
  local picture = self:picture()
  if picture == nil then return end
  local chart = require "gnuplot.chart"
  local columns, rows = size_inside()
  self.lines = chart.draw(picture.curves, {columns = columns, rows = rows, title = self.title,
    logy = self.logy, marks = self.marks, charset = self.screens[1], colours = screen.colours()})
  self.last_words = table.concat(self.lines, "\n") .. "\n"
  self.slot = self.slot or panel.open(0)
  self.slot:show(self.lines)
  self.shown = self.revision
  self.next_text = now + math.max(self.interval or INTERVAL, REST * (terminal.now() - now))
end

--- The commands of a frame for the present screen, if gnuplot draws it, and, if
-- `with_file`, the file.
function Live:script(with_file)
  local kind, script = self.screens[1], {}
  local data = self:picture()
  local commands = data and require "gnuplot.picture".commands(data)
  if commands == nil then return nil end
  if with_file then
    script[1] = ("%s\nset output %s\n%sunset output\n"):format(self.file_commands,
      Pipe.quote(draft_of(self.file)), commands)
  end
  if screen.is_window(kind) then
    script[#script + 1] = screen.window(kind, 0, Pipe.quote(self.title)) .. commands
  elseif kind == "kitty" or kind == "sixel" then
    self.columns, self.rows = size_inside()
    script[#script + 1] = require "gnuplot.graphics".commands(kind, self.columns, self.rows)
      .. commands .. "unset output\n"
  end
  return table.concat(script)
end

--- Shows a picture of pixels in the terminal.
function Live:show_pixels(text)
  local graphics, kind = require "gnuplot.graphics", self.screens[1]
  local picture = graphics.wrap(kind, text, self.columns, self.rows, 1)
  if picture == nil then return self:fail("gnuplot made no picture for the terminal") end
  local lines = {}
  for i = 1, self.rows + 1 do lines[i] = "" end -- one more: sixels may run over
  self.slot = self.slot or panel.open(0)
  self.slot:show(lines, picture)
  self.last_words = graphics.remove(kind, 1)
    .. graphics.wrap(kind, text, self.columns, self.rows) .. ("\n"):rep(kind == "kitty"
      and self.rows or 1)
end

--- Takes the file that was drawn, if it is whole. Returns true, or nil and the reason.
local function take_file(self)
  local draft = draft_of(self.file)
  self.drawing_file = false
  if not screen.is_whole(draft, self.format) then
    os.remove(draft)
    return nil, ("cannot write '%s': it came out incomplete (is the disk full?)"):format(self.file)
  end
  local ok, reason = os.rename(draft, self.file)
  if not ok then
    os.remove(draft)
    return nil, "cannot write the picture: " .. reason
  end
  self.file_shown = self.frame_revision
  return true
end

--- Shows what came back for a frame.
function Live:show(text)
  local kind = self.screens[1]
  if self.drawing_file then
    local ok, reason = take_file(self)
    if not ok then
      self:rescue()
      self:warn(reason)
    end
  end
  if kind == "kitty" or kind == "sixel" then self:show_pixels(text) end
end

--- gnuplot is gone or given up: warn, and try the next screen or the same one later.
function Live:fail(reason)
  if self.pipe then self.pipe:close(0) end
  self.pipe = nil
  if self.drawing_file then os.remove(draft_of(self.file)) end
  self.drawing_file = false
  local kind, now = self.screens[1], terminal.now()
  if kind ~= "file" and not screen.is_text(kind) and #self.screens > 1 then
    if self.explicit or not (screen.is_window(kind) and reason:find(screen.no_window, 1, true)) then
      screen.warn(("gnuplot.live: no %s: %s"):format(screen.is_window(kind) and "window"
        or "pictures", reason))
    end
    if self.slot then self.slot:show({}) end
    table.remove(self.screens, 1)
    self:choose_screen()
    self.next_frame, self.next_text = now, now
    return
  end
  self:rescue()
  self:warn(reason)
  self.next_frame, self.retry = now + self.retry, self.retry * 2
end

-- ---- frames -----------------------------------------------------------------------------

--- Begins a frame of gnuplot's if there is something to draw.
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
  self.began, self.frame_revision, self.drawing_file = now, self.revision, with_file
  local queued, reason = self.pipe:frame(script)
  self.own = terminal.now() - now
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
  now = terminal.now()
  self.drawn = self.frame_revision
  self:show(text)
  local own = self.own + terminal.now() - now
  self.next_frame = math.max(self.began + math.max(self.interval or INTERVAL, PAUSE * took),
    now + REST * own)
end

--- Whether gnuplot is to draw the screen, and the file, now.
local function wishes(self, now)
  local kind = self.screens[1]
  local alone = kind == "file" or screen.is_text(kind)
  local file = self.file ~= nil and self.file_shown ~= self.revision and now >= self.next_file
  return not alone and kind ~= "none" and self.drawn ~= self.revision, file
end

--- One look at everything; takes microseconds unless something is to be drawn.
function Live:advance(now)
  self.next_poll = now + POLL
  local kind = self.screens[1]
  if kind == "none" then return end
  if self.pipe and self.pipe.pending then self:finish_frame(now) end
  if screen.is_text(kind) and self.shown ~= self.revision and now >= self.next_text then
    self:draw_text(now)
  end
  if (self.pipe and self.pipe.pending) or now < self.next_frame then return end
  local on_screen, in_file = wishes(self, now)
  if not on_screen and not in_file then return end
  if in_file then
    self.next_file = now + (kind == "file" and (self.interval or FILE_ALONE) or FILE_EVERY)
  end
  self:begin(now, in_file)
end

-- ---- the end --------------------------------------------------------------------

--- Draws the last frame of gnuplot's; one that fails is replaced once. One that says
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
    local on_screen, in_file = wishes(self, math.huge)
    if not on_screen and not in_file then return end
    self:begin(terminal.now(), in_file)
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
  if screen.is_text(self.screens[1]) then self:draw_text(terminal.now()) end
  if self.pipe then self.pipe:close(1, screen.is_window(self.screens[1])) end
  self.pipe = nil
  if self.slot then self.slot:close(self.last_words) end
  if self.log and io.type(self.log.file) == "file" then self.log:close() end
  if self.rescued and self.file_shown == self.revision then os.remove(self.rescued) end
end

Live.__close = Live.close
Live.__gc = Live.close

function Live:__tostring()
  return ("gnuplot.live(%q, %d series)"):format(self.title, #self.series)
end

return live
