--- A figure: what gnuplot is to draw, kept here as settings and curves, so that it
-- can be drawn again after each change, in a window, in the terminal or into a file.
local Pipe = require "gnuplot.pipe"
local curves = require "gnuplot.curves"
local panel = require "torch.utils.panel"
local screen = require "gnuplot.screen"
local terminal = require "torch.utils.terminal.c"

local Figure = {}
Figure.__index = Figure

local TIMEOUT = 30 -- seconds without any progress
local SIZE = {800, 600}

--- The figure `number`, for a window or the terminal; `path`, if given, makes it a
-- figure that is written to that file.
function Figure.new(number, path, format)
  return setmetatable({number = number, path = path, format = format, settings = {},
    curves = {}, screens = not path and screen.choose("gnuplot.figure") or {"file"}}, Figure)
end

--- Sets one thing, named by `key`: a later setting of it takes its place.
function Figure:set(key, command)
  for i, setting in ipairs(self.settings) do
    if setting.key == key then table.remove(self.settings, i) break end
  end
  self.settings[#self.settings + 1] = {key = key, command = command}
  self.dirty = true
end

--- Keeps a command as it is. One that draws by itself takes the place of the curves;
-- then true is returned.
function Figure:raw(command)
  command = command:gsub("[;\n]?%s*replot%s*$", ""):gsub("[;\n]?%s*refresh%s*$", "")
  self.dirty = true
  if command:match("^%s*s?plot%s") or command:match("^%s*test%s*$") then
    self.curves, self.drawing = {}, command
    return true
  elseif command:match("%S") then
    self.settings[#self.settings + 1] = {command = command}
  end
end

--- Draws these curves from now on. Returns true.
function Figure:plot(list)
  self.curves, self.drawing, self.dirty = list, nil, true
  return true
end

--- The commands that draw the figure on the terminal that is set; nil: nothing yet.
local function script_of(self)
  if #self.curves == 0 and not self.drawing then return nil end
  local script, plots = {"reset\n", screen.look}, {}
  for _, setting in ipairs(self.settings) do script[#script + 1] = setting.command .. "\n" end
  for i, curve in ipairs(self.curves) do
    script[#script + 1] = ("$curve%d << EOD\n%s\nEOD\n"):format(i, curves.text(curve))
    local title = curve.title == "" and "notitle" or "title " .. Pipe.quote(curve.title)
    plots[i] = ("$curve%d %s %s"):format(i, curve.style, title)
  end
  script[#script + 1] = self.drawing or "plot " .. table.concat(plots, ", ")
  return table.concat(script) .. "\n"
end

--- After a picture: its settings have proved good, or, when gnuplot refused it, those
-- that had not yet are dropped, lest they spoil every further picture.
local function settle(self, good)
  local kept = {}
  for _, setting in ipairs(self.settings) do
    setting.good = setting.good or good
    if setting.good then kept[#kept + 1] = setting end
  end
  self.settings = kept
end

--- Runs commands in a gnuplot of the figure's own that stays, or in one for this
-- time. Returns what gnuplot printed, or nil and the reason.
local function run(self, script, stay)
  local pipe, reason = self.pipe, nil
  if pipe == nil then
    pipe, reason = Pipe.start(true)
    if pipe == nil then return nil, reason end
  end
  local text
  text, reason = pipe:run(script, TIMEOUT)
  if text == nil or not stay then
    pipe:close(1, stay)
    pipe = nil
  end
  self.pipe = stay and pipe or nil
  if self.pipe then self.pipe.on_end = function() pipe:close(1, true) end end
  if text or reason:find("^gnuplot: ") then settle(self, text ~= nil) end
  return text, reason
end

--- Shows the figure on its screen. Returns true, or nil and the reason.
function Figure:show()
  local picture = script_of(self)
  if picture == nil then return true end
  while screen.is_window(self.screens[1]) do
    local window = screen.window(self.screens[1], self.number,
      Pipe.quote("figure " .. self.number))
    local text, reason = run(self, window .. picture, true)
    if text then return true end
    if not reason:find(screen.no_window, 1, true) then return nil, reason end
    table.remove(self.screens, 1)
    if self.screens[1] ~= "dumb" and screen.has_terminal() then
      table.insert(self.screens, 1, "dumb")
    end
  end
  if self.screens[1] == "none" then return true end
  if self.screens[1] == "file" then
    screen.warn("gnuplot: no display and no terminal to draw on; gnuplot.pngfigure(file) and"
      .. " gnuplot.figprint(file) draw into a file")
    return true
  end
  local columns, rows = panel.size()
  columns, rows = math.min(columns, 100), math.max(12, math.min(30, rows - 4))
  local text, reason = run(self, screen.dumb(columns, rows) .. picture, false)
  if text == nil then return nil, reason end
  io.stdout:write(table.concat(screen.lines(text, rows), "\n"), "\027[0m\n")
  return true
end

--- Draws the figure into a file, which is replaced in one piece. Returns true, or
-- nil and the reason.
function Figure:print(path, format)
  local picture = script_of(self)
  if picture == nil then return true end
  local draft = ("%s.%d"):format(path, terminal.pid())
  local script = ("%s\nset output %s\n%sunset output\n"):format(
    screen.file(format, table.unpack(SIZE)), Pipe.quote(draft), picture)
  local old = self.pipe
  self.pipe = nil
  local text, reason = run(self, script, false)
  self.pipe = old
  if text == nil then
    os.remove(draft)
    return nil, reason
  end
  local ok, why = os.rename(draft, path)
  if not ok then return nil, why end
  return true
end

--- Brings what is seen up to date: the screen, or the file of a file figure.
function Figure:flush()
  if self.path then
    if not self.dirty then return true end
    self.dirty = false
    return self:print(self.path, self.format)
  end
  return self:show()
end

--- After a change: a window follows at once, a file at the next flush, and the
-- terminal shows a picture only for a plot.
function Figure:changed(plotted)
  if self.path then return true end
  if plotted or screen.is_window(self.screens[1]) then return self:show() end
  return true
end

--- Makes a change by Figure.set, raw or plot, and takes it back when gnuplot refuses
-- it. Returns true, or nil and the reason.
function Figure:try(change, ...)
  local old_curves, old_drawing = self.curves, self.drawing
  local ok, reason = self:changed(change(self, ...))
  if not ok then self.curves, self.drawing = old_curves, old_drawing end
  return ok, reason
end

function Figure:close()
  local ok, reason = true, nil
  if self.path then ok, reason = self:flush() end
  if self.pipe then self.pipe:close(0) end -- at once, and its window with it
  self.pipe = nil
  return ok, reason
end

return Figure
