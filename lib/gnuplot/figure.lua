--- A figure: what gnuplot is to draw, kept here as panels of settings and plots, so
-- that it can be drawn again after each change, in a window, in the terminal or into
-- a file.
--
-- Everything that may fail returns true, or nil, the reason, and of which class it is:
-- "call" (gnuplot's language: the caller's mistake), "file" (the file cannot be
-- written) or "gnuplot" (it is missing, died, hangs).
local Pipe = require "gnuplot.pipe"
local arguments = require "gnuplot.arguments"
local language = require "gnuplot.language"
local output = require "gnuplot.output"
local pending = require "gnuplot.pending"
local picture_of = require "gnuplot.script"
local screen = require "gnuplot.screen"
local sheets = require "gnuplot.sheets"
local terminal = require "torch.utils.terminal"

local Figure = {}
Figure.__index = Figure

Figure.timeout = 30 -- seconds without any sign of gnuplot, for a small picture
Figure.size = {800, 600} -- pixels
local WINDOW = {640, 480} -- of a window, about

local CLOSING = 5 -- seconds that a window may take to close; one of Qt's whose gnuplot is killed before stays for ever
local OPENING = 0.5 -- seconds before which a window does not hear that gnuplot ends
local SLOW = 4e6 -- bytes of data that give gnuplot as much time again

local function new_panel() return {settings = {}, plots = {}, limits = {}, marks = {}} end

--- The figure `number`, for a window or the terminal; `path`, if given, makes it a
-- figure that is written to that file, with the options `given` of savefig.
function Figure.new(number, path, format, given)
  return setmetatable({number = number, path = path, format = format, given = given or {},
    rows = 1, columns = 1, bytes = 0, panels = {new_panel()}, at = 1,
    screens = not path and screen.choose("gnuplot.figure", nil, true) or {"file"}}, Figure)
end

--- The panel that settings and plots go to.
function Figure:panel() return self.panels[self.at] end

--- Divides the figure into rows × columns panels, unless it is so, and goes to one. `shared` has sharex and sharey,
-- which stay as they were where they are not given.
function Figure:divide(rows, columns, at, shared)
  if rows ~= self.rows or columns ~= self.columns then
    if pending.is(self) then pending.settle() end
    self.rows, self.columns, self.panels, self.dirty = rows, columns, {}, true
    self.sharex, self.sharey = nil, nil
    for i = 1, rows * columns do self.panels[i] = new_panel() end
  end
  for _, key in ipairs{"sharex", "sharey"} do
    if shared[key] ~= nil then self[key] = shared[key] end
  end
  self.at = at
end

--- Sets one thing, named by `key`: a later setting of it takes its place; without a
-- command it is gone. `value` is what a chart of characters needs of it.
function Figure:set(key, command, value)
  local settings = self:panel().settings
  for i, setting in ipairs(settings) do
    if setting.key == key then table.remove(settings, i) break end
  end
  if command then settings[#settings + 1] = {key = key, command = command, value = value} end
  self.dirty = true
end

--- The ranges of the axes, {xmin, xmax, ymin, ymax ...}: an "" keeps what is there.
function Figure:limit(limits)
  local current = self:panel().limits
  for i, value in ipairs(limits) do
    if value ~= "" then current[i] = value end
  end
  local commands = {}
  for i, axis in ipairs{"x", "y", "z"} do
    local low, high = current[2 * i - 1], current[2 * i]
    if low or high then
      commands[#commands + 1] = ("set %srange [%s:%s]"):format(axis, low or "", high or "")
    end
  end
  self:set("limits", #commands > 0 and table.concat(commands, "\n") or nil, current)
end

--- Keeps a command as it is. One that draws by itself takes the place of the plots;
-- then true is returned.
function Figure:raw(command)
  local current = self:panel()
  command = command:gsub("[;\n]?%s*replot%s*$", ""):gsub("[;\n]?%s*refresh%s*$", "")
  self.dirty = true
  if command:match("^%s*s?plot%s") or command:match("^%s*test%s*$") then
    current.plots = {{command = "raw", setup = "", layers = {}, text = command}}
    return true
  elseif command:match("%S") then
    current.settings[#current.settings + 1] = {command = command}
  end
end

--- Draws this plot from now on, over what is there if the panel holds it. Returns true.
function Figure:plot(plot)
  local current = self:panel()
  local below = current.hold and current.plots or {}
  if below[1] and below[1].command ~= plot.command then
    arguments.fail("gnuplot.hold: a %s cannot be drawn over a %s", plot.command, below[1].command)
  end
  if #below == 0 and #current.plots > 0 then
    if pending.is(self) then pending.settle() end -- what goes has been seen
    current.marks = {} -- they were of the plots that go
  end
  current.plots = table.move(below, 1, #below, 1, {})
  current.plots[#below + 1] = plot
  self.dirty = true
  return true
end

--- Draws a mark over the plots of the panel (see gnuplot.marks).
function Figure:mark(mark)
  local current = self:panel()
  current.marks = table.move(current.marks, 1, #current.marks, 1, {})
  current.marks[#current.marks + 1] = mark
  self.dirty = true
end

-- ---- running it -------------------------------------------------------------------------

--- After a picture: its settings have proved good, or, when gnuplot refused it, those
-- that had not yet are dropped, lest they spoil every further picture.
local function settle(self, good)
  for _, current in ipairs(self.panels) do
    local kept = {}
    for _, setting in ipairs(current.settings) do
      setting.good = setting.good or good
      if setting.good then kept[#kept + 1] = setting end
    end
    current.settings = kept
  end
end

local function class_of(reason)
  if reason:find(Pipe.TOO_OLD, 1, true) then return "gnuplot" end
  if reason:find("cannot open file", 1, true) then return "file" end
  return reason:find("^gnuplot: ") and "call" or "gnuplot"
end

--- Starts gnuplot, for a `window` or not. Returns a pipe, or nil, the reason, its class.
local function start(window)
  local pipe, reason = Pipe.start(window)
  if pipe == nil then return nil, reason, "gnuplot" end
  return pipe
end

--- Runs commands in `pipe`, which is closed if they fail. Returns what gnuplot printed,
-- or nil, the reason, its class.
local function run(self, pipe, script)
  local guard <close> = setmetatable({}, {__close = function(_, err)
    if err then pipe:close(0) end -- an interrupt
  end})
  local text, reason = pipe:run(script, self.timeout * (1 + self.bytes / SLOW))
  if text then return text end
  pipe:close(0)
  return nil, reason, class_of(reason)
end

--- Runs the picture in a gnuplot for this time.
local function run_once(self, script)
  local pipe, reason, class = start()
  if pipe == nil then return nil, reason, class end
  local text
  text, reason, class = run(self, pipe, script)
  if text then pipe:close(1) end
  if text or class == "call" then settle(self, text ~= nil) end
  return text, reason, class
end

--- The gnuplot behind the figure's window, which stays. Nil where no window opens.
local function open_window(self)
  if self.pipe then return self.pipe end
  local pipe, reason, class = start(true)
  if pipe == nil then return nil, reason, class end
  local window = screen.window(self.screens[1], self.number, language.words("figure " .. self.number))
  local text
  text, reason = run(self, pipe, window)
  if text == nil then return nil, reason, "window" end
  self.pipe, self.opened = pipe, terminal.now()
  pipe.on_end = function() pipe:close(1, true) end
  return pipe
end

--- Draws in the window. Class "window": there is none to draw in. The data stays for
-- as long as the window shows it, for it is read again when its user zooms.
local function show_window(self, picture, share)
  local pipe, reason, class = open_window(self)
  if pipe == nil then return nil, reason, class end
  local before <close> = self.share
  self.share = share
  local text
  text, reason, class = run(self, pipe, picture)
  if text == nil then self.pipe = nil end
  if text or class == "call" then settle(self, text ~= nil) end
  return text and true, reason, class
end

--- No window opens: the next screen's turn. Where a display was asked for, that is said.
local function give_up_window(self, reason)
  if not reason:find(screen.no_window, 1, true) then
    screen.warn(("gnuplot: no window: %s"):format(reason))
  end
  table.remove(self.screens, 1)
  if self.screens[1] == "file" and screen.has_terminal() then
    table.insert(self.screens, 1, screen.text_kind())
  end
end

--- The commands of the picture, for a place in the terminal: `view` as gnuplot.script takes it. Returns what gnuplot
-- printed for them after the commands `head`, or nil, the reason, its class.
function Figure:run(view, head)
  local picture, share <close> = picture_of(self, view)
  return run_once(self, head .. picture .. "unset output\n")
end

--- Shows the figure on its screen.
function Figure:show()
  while screen.is_window(self.screens[1]) do
    local picture, share = picture_of(self, {size = self.given.size or WINDOW, points = sheets.current().points,
      free = true})
    if picture == nil then return true end
    local ok, reason, class = show_window(self, picture, share)
    if ok or class ~= "window" then return ok, reason, class end
    share:close()
    give_up_window(self, reason)
  end
  if self.screens[1] == "none" or not self:is_drawn() then return true end
  if self.screens[1] == "file" then
    screen.warn("gnuplot: no display and no terminal to draw on; gnuplot.pngfigure(file) and"
      .. " gnuplot.savefig(file) draw into a file")
    return true
  end
  return require "gnuplot.inside".show(self)
end

--- Whether there is something to draw.
function Figure:is_drawn()
  for _, current in ipairs(self.panels) do
    if #current.plots > 0 then return true end
  end
  return false
end

--- The options of a file: those that are given, else the figure's, else the usual ones; and what its letters are.
local function file_view(self, given)
  local options = setmetatable({}, {__index = function(_, key) return given[key] or self.given[key] or Figure[key] end})
  local font = options.font or {}
  return options, {size = options.size, points = font[2] or sheets.current().points}
end

--- Draws the figure into a file, which is replaced in one piece.
function Figure:print(path, format, given)
  local options, view = file_view(self, given or {})
  local picture, share <close> = picture_of(self, view)
  if picture == nil then return true end
  local draft <close>, refusal = output.open(path, format)
  if draft == nil then return nil, refusal, "file" end
  local text, reason, class = run_once(self, ("%sset output %s\n%sset output\n"):format(
    output.terminal(format, options), language.path(draft.draft), picture))
  if text == nil then return nil, reason, class end
  local ok
  ok, reason = draft:place()
  return ok, reason, "file"
end

local Movie = {}
Movie.__index = Movie

--- A gnuplot that draws one picture of `size` after the other, after the commands `head`.
function Figure.movie(name, head, size)
  return setmetatable({timeout = Figure.timeout, name = name, head = head, size = size}, Movie)
end

--- Draws the present picture of `figure`.
function Movie:frame(figure)
  local script, share <close> = picture_of(figure, {size = self.size, points = sheets.current().points})
  self.bytes = figure.bytes
  if script == nil then arguments.fail("%s: nothing was plotted", self.name) end
  if self.pipe == nil then
    local pipe, reason, class = start()
    if pipe == nil then return nil, reason, class end
    self.pipe, script = pipe, self.head .. script
  end
  return run(self, self.pipe, script)
end

--- The end of the file.
function Movie:finish() return run(self, self.pipe, "set output\n") end

function Movie:__close()
  if self.pipe then self.pipe:close(0) end
end

--- Brings what is seen up to date: the screen, or the file of a file figure.
function Figure:flush()
  if not self.path then
    if pending.is(self) then return true, pending.settle() end
    local ok, reason, class = self:show()
    pending.settle()
    return ok, reason, class
  end
  if not self.dirty then return true end
  local ok, reason, class = self:print(self.path, self.format)
  self.dirty = false -- not after an interrupt
  return ok, reason, class
end

--- After a change: a window follows at once, a file at the next flush; in the terminal a picture waits from a plot on
-- until it is whole.
local function changed(self, plotted)
  if self.path then return true end
  if plotted or pending.is(self) or screen.is_window(self.screens[1]) then return self:show() end
  return true
end

--- Makes a change by one of the methods above and takes a plot back when gnuplot
-- refuses it.
function Figure:try(change, ...)
  local current = self:panel()
  local old = current.plots
  local ok, reason, class = changed(self, change(self, ...))
  if not ok and class == "call" then current.plots = old end
  return ok, reason, class
end

function Figure:close()
  local ok, reason, class = true, nil, nil
  if pending.is(self) then pending.settle() end
  if self.path then ok, reason, class = self:flush() end
  if self.pipe then
    local young = math.max(0, OPENING - (terminal.now() - self.opened))
    self.pipe:run(screen.close_window(self.number, young), CLOSING)
    self.pipe:close(CLOSING)
  end
  self.pipe = nil
  if self.share then self.share:close() end
  return ok, reason, class
end

return Figure
