--- Live curves: watch a loss while it falls.
--
--     local curve <close> = gnuplot.live{title = "loss", file = "loss.png", csv = "loss.csv"}
--     for step, x, y in loader:enumerate() do
--       ...
--       curve:add("train", step, loss:item())
--     end
--
-- A curve never holds training up (gnuplot.frames says how), and keeps its points in
-- bounded memory (gnuplot.series) and, if wanted, in a file (gnuplot.log).
local Frames = require "gnuplot.frames"
local Log = require "gnuplot.log"
local Series = require "gnuplot.series"
local options = require "torch.utils.options"
local screen = require "gnuplot.screen"
local terminal = require "torch.utils.terminal"

-- A curve has no other fields than its own: to ask for one is not to ask the library gnuplot.frames for a name.
local Live = setmetatable({}, {__index = function(_, key) return rawget(Frames, key) end})
Live.__index = Live
Live.__name = "gnuplot.live"

local LONG = 200       -- points of a series that is drawn by its moving average
local MARKS = 200      -- vertical lines at most

local parameters = {
  {"title", kind = "string", default = "loss"}, {"file", kind = "string"},
  {"csv", kind = "string"}, {"logy", kind = "boolean"}, {"smooth", kind = "number", off = true},
  {"best", kind = "string", off = true, default = "min"}, {"terminal", kind = "string"},
  {"resume"}, {"interval", kind = "seconds"},
  {"timeout", kind = "seconds", default = 10},
}

-- ---- beginning ---------------------------------------------------------------------

local function refuse(name, reason)
  options.raise(("gnuplot.live: '%s': %s"):format(name, reason))
end

local function check_choices(given)
  local smooth, best = given.smooth, given.best
  if smooth and not (smooth >= 0 and smooth < 1) then
    refuse("smooth", ("expected 0 or more and less than 1, got %s"):format(smooth))
  end
  if best and best ~= "min" and best ~= "max" then
    refuse("best", ("expected 'min', 'max' or false, got '%s'"):format(best))
  end
  local resume = given.resume
  if type(resume) ~= "boolean" and resume ~= nil and not (type(resume) == "number" and resume == resume) then
    options.wrong("gnuplot.live", "resume", nil, "true, false or the step that comes next", resume)
  end
  if resume and not given.csv then refuse("resume", "needs 'csv', the file to go on with") end
end

--- A live curve. `gnuplot.live("loss")` or `gnuplot.live{title =, …}`:
--
-- - `title` (string, "loss"): above the picture
-- - `file` (string): a .png, .svg, .pdf or .eps that is kept up to date, replaced in
--   one piece; without a file, a CSV and a screen it is TITLE.png
-- - `csv` (string): a file to which every point is written, twenty times a second, for `hecate plot`
-- - `logy` (boolean, false): logarithmic vertical axis
-- - `smooth` (number): weight of the past in the moving average that is drawn over the
--   points, 0 (none) to nearly 1; default: an average over a twentieth of the course,
--   of series of more than 200 points
-- - `best` (string|boolean, "min"): the point that is marked: "min", "max", false for none
-- - `terminal`: "window", "terminal" (the best it can do, else one of "kitty", "sixel",
--   "braille", "ascii"), "file", "none", or a window terminal of gnuplot (qt, wxt,
--   x11); default: $HECATE_PLOT, else a window if there is a display, else the
--   terminal, else only files
-- - `resume` (boolean|number, false): go on with the points that are in the CSV. A number is the step
--   that comes next, after a checkpoint: points and marks at that step and past it are
--   dropped, for they are of a run that was given up
-- - `interval` (seconds): the least time between two redraws
-- - `timeout` (seconds, 10): how long a frame may take
--
-- Raises when a file cannot be written or an option is unknown.
local function live(...)
  local given = options.read("gnuplot.live", parameters, ...)
  check_choices(given)
  local self = setmetatable({
    title = given.title, logy = given.logy, smooth = given.smooth, best = given.best,
    interval = given.interval, timeout = given.timeout, series = {}, by_name = {}, marks = {},
    screens = screen.choose("gnuplot.live", given.terminal), explicit = given.terminal ~= nil,
    revision = 0, waiting = 0, names = {}, steps = {}, values = {},
  }, Live)
  self:start_frames()
  if given.csv then
    local reason
    if type(given.resume) == "number" then Log.cut("gnuplot.live: 'csv'", given.csv, given.resume) end
    if given.resume then self:read(given.csv) end
    self.log, reason = Log.open(given.csv, given.resume)
    if self.log == nil then refuse("csv", Frames.cannot_write(given.csv, reason)) end
  end
  if given.file and self.screens[1] ~= "none" then
    local format, commands = Frames.check_file(given.file)
    if format == nil then refuse("file", commands) end
    self.file, self.format, self.file_commands = given.file, format, commands
  end
  self:choose_screen()
  if self.log or self.file then terminal.outlive_reader() end
  return self
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
local function write_log(self, at_once)
  local ok, reason = self.log:write(at_once)
  if ok or self.torn then return end
  self.torn = true
  screen.warn(("gnuplot.live: %s; points are missing there"):format(Frames.cannot_write(self.log.path,
    reason)))
end

--- Points and marks wait in arrays until it is time to draw: a step of training pays for
-- three stores.
local function wait(self, name, step, value)
  local n = self.waiting + 1
  self.waiting, self.names[n], self.steps[n], self.values[n] = n, name, step, value
end

--- Takes what waits into the series and the CSV.
local function take(self)
  for i = 1, self.waiting do
    local name, step, value = self.names[i], self.steps[i], self.values[i]
    if name then put(self, name, step, value) else put_mark(self, step, value) end
    if self.log then self.log:add(name, step, value) end
  end
  self.waiting = 0
  if self.log then write_log(self, self.closed) end
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
  if self.closed then options.raise("curve:add: the curve is closed") end
  wait(self, name, at, number)
  local now = terminal.now()
  if now >= self.next_poll then self:advance(now) end
end

function Live:advance(now)
  take(self)
  Frames.advance(self, now)
end

--- A vertical line at `step`, with `text` beside it.
function Live:mark(step, text)
  local at = as_number(step)
  if at == nil then options.wrong("curve:mark", "step", 1, "a number", step) end
  if self.closed then options.raise("curve:mark: the curve is closed") end
  wait(self, false, at, text and tostring(text) or "")
end

--- Forgets all points and marks; those in the CSV stay.
function Live:clear()
  take(self)
  self.series, self.by_name, self.marks = {}, {}, {}
  self.revision = self.revision + 1
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
    options.raise(("gnuplot.live: 'csv': '%s': %s"):format(path, reason))
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
  for _, mark in ipairs(self.marks) do log:add(false, mark.x, mark.text) end
  log:write(true)
  self.log, self.rescued = log, path
end

-- ---- pictures -----------------------------------------------------------------------

--- The least or the greatest point of what is drawn.
local function best_of(kind, x, y)
  local best
  for i, value in ipairs(y) do
    if value == value and (best == nil or (kind == "min" and value < best.y)
      or (kind == "max" and value > best.y)) then
      best = {x = x[i], y = value}
    end
  end
  return best
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
    curve.x, curve.y = series:averages(above)
  end
  local last = curve.y[#curve.y]
  if last and last == last then curve.name = ("%s %.4g"):format(series.name, last) end
  if self.best and #curve.y > 1 then curve.best = best_of(self.best, curve.x, curve.y) end
  if curve.best then
    curve.name = ("%s (best %.4g at %.7g)"):format(curve.name, curve.best.y, curve.best.x)
  end
  return curve
end

--- The picture as data; nil while there is nothing to draw.
function Live:picture()
  take(self)
  local curves, n = {}, 0
  for i, series in ipairs(self.series) do
    curves[i] = curve_of(self, series)
    n = n + #curves[i].y
  end
  if n == 0 then return nil end
  return {title = self.title, logy = self.logy, curves = curves, marks = self.marks}
end

--- Draws the curve a last time, into the file as well, and lets gnuplot go; a window
-- stays open. In the terminal the picture becomes ordinary output.
function Live:close()
  if self.closed then return end
  self.closed = true
  take(self)
  self:end_frames()
  if self.log then self.log:close() end
  if self.rescued and self.file_shown == self.revision then os.remove(self.rescued) end
end

Live.__close = Live.close
Live.__gc = Live.close

function Live:__tostring()
  return ("gnuplot.live(%q, %d series)"):format(self.title, #self.series)
end

return live
