--- A figure: what gnuplot is to draw, kept here as panels of settings and plots, so
-- that it can be drawn again after each change, in a window, in the terminal or into
-- a file.
--
-- Everything that may fail returns true, or nil, the reason, and of which class it is:
-- "call" (gnuplot's language: the caller's mistake), "file" (the file cannot be
-- written) or "gnuplot" (it is missing, died, hangs).
local Pipe = require "gnuplot.pipe"
local arguments = require "gnuplot.arguments"
local host = require "gnuplot.host"
local look = require "gnuplot.look"
local output = require "gnuplot.output"
local panel = require "torch.utils.panel"
local screen = require "gnuplot.screen"

local Figure = {}
Figure.__index = Figure

Figure.timeout = 30 -- seconds without any progress
Figure.size = {800, 600} -- pixels

local HEAD = 0.07 -- of the height, for a title above all panels
local TOO_OLD = "is too old, 5 is needed"

local function new_panel() return {settings = {}, plots = {}, limits = {}} end

--- The figure `number`, for a window or the terminal; `path`, if given, makes it a
-- figure that is written to that file.
function Figure.new(number, path, format, size)
  return setmetatable({number = number, path = path, format = format, size = size,
    rows = 1, columns = 1, panels = {new_panel()}, at = 1,
    screens = not path and screen.choose("gnuplot.figure") or {"file"}}, Figure)
end

--- The panel that settings and plots go to.
function Figure:panel() return self.panels[self.at] end

--- Divides the figure into rows × columns panels, unless it is so, and goes to one.
function Figure:divide(rows, columns, at)
  if rows ~= self.rows or columns ~= self.columns then
    self.rows, self.columns, self.panels, self.dirty = rows, columns, {}, true
    for i = 1, rows * columns do self.panels[i] = new_panel() end
  end
  self.at = at
end

--- Sets one thing, named by `key`: a later setting of it takes its place; without a
-- command it is gone.
function Figure:set(key, command)
  local settings = self:panel().settings
  for i, setting in ipairs(settings) do
    if setting.key == key then table.remove(settings, i) break end
  end
  if command then settings[#settings + 1] = {key = key, command = command} end
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
  self:set("limits", #commands > 0 and table.concat(commands, "\n") or nil)
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
  current.plots = table.move(below, 1, #below, 1, {})
  current.plots[#below + 1] = plot
  self.dirty = true
  return true
end

-- ---- the script -----------------------------------------------------------------------

local function title_of(layer)
  if layer.titled then return "" end
  if layer.title == nil or layer.title == "" then return " notitle" end
  return (" title %s noenhanced"):format(Pipe.quote(layer.title))
end

--- The part of a plot command that draws a layer; its data goes to `store`.
local function draw_layer(store, layer, place)
  local words = layer.words
  if type(words) == "function" then words = words(place) end
  local using = layer.using and not words:find("%f[%a]us?i?n?g?%f[%A]")
    and " using " .. layer.using or ""
  local text = ("hecate_data binary skip=%d %s%s %s%s"):format(store.size, layer.binary, using, words,
    title_of(layer))
  store[#store + 1] = layer.bytes
  store.size = store.size + #layer.bytes
  return text
end

--- The plot command of all layers.
local function draw_layers(script, store, plots)
  local parts, place = {}, 0
  for _, plot in ipairs(plots) do
    for _, layer in ipairs(plot.layers) do
      if not layer.same then place = place + 1 end
      if not layer.empty then parts[#parts + 1] = draw_layer(store, layer, place) end
    end
  end
  if #parts == 0 then -- values that cannot be drawn leave an empty frame
    script[#script + 1] = "set xrange [0:1]\nset yrange [0:1]\nset zrange [0:1]\nset cbrange [0:1]\n"
    parts[1] = plots[1].command == "plot" and "NaN notitle" or "'+' using 1:1:(NaN) notitle"
  end
  script[#script + 1] = plots[1].command .. " " .. table.concat(parts, ", ") .. "\n"
end

--- Whether a plot has names for a legend.
local function has_names(plots)
  for _, plot in ipairs(plots) do
    if plot.text then return true end
    for _, layer in ipairs(plot.layers) do
      if layer.titled or (layer.title or "") ~= "" then return true end
    end
  end
  return false
end

local function draw_panel(script, store, current, frame)
  script[#script + 1] = "reset\n" .. look.commands .. frame
  if not has_names(current.plots) then script[#script + 1] = "unset key\n" end
  for _, plot in ipairs(current.plots) do script[#script + 1] = plot.setup end
  for _, setting in ipairs(current.settings) do script[#script + 1] = setting.command .. "\n" end
  if current.plots[1].text then
    script[#script + 1] = current.plots[1].text .. "\n"
  else
    draw_layers(script, store, current.plots)
  end
end

--- The commands that draw the figure on the terminal that is set, and the data that
-- they read from the file named by the variable `hecate_data`; nil: nothing yet.
local function script_of(self)
  local script, any, store = {}, false, {size = 0}
  local multi = #self.panels > 1 or self.title
  local head = self.title and HEAD or 0
  if multi then
    script[1] = "set multiplot" .. (self.title and " title " .. Pipe.quote(self.title)
      .. " font ',14'" or "") .. "\n"
  end
  for i, current in ipairs(self.panels) do
    local row, column = (i - 1) // self.columns, (i - 1) % self.columns
    local width, height = 1 / self.columns, (1 - head) / self.rows
    local frame = multi and ("set origin %.6g,%.6g\nset size %.6g,%.6g\nset tics font ',9'\n"):format(column * width,
      1 - head - (row + 1) * height, width, height) or ""
    if #current.plots > 0 then
      any = true
      draw_panel(script, store, current, frame)
    end
  end
  if not any then return nil end
  if multi then script[#script + 1] = "unset multiplot\n" end
  return table.concat(script), store
end

--- A picture as commands, with its data in a place that lives until share:close().
local function picture_of(self)
  local script, store = script_of(self)
  if script == nil then return nil end
  local share, reason = host.share(store)
  if share == nil then 
    arguments.fail("gnuplot: no place for the data of a figure: %s", reason)
  end
  return ("hecate_data = %s\n%s"):format(Pipe.quote(share:path()), script), share
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
  if reason:find(TOO_OLD, 1, true) then return "gnuplot" end
  if reason:find("cannot open file", 1, true) then return "file" end
  return reason:find("^gnuplot: ") and "call" or "gnuplot"
end

--- Starts a gnuplot of version 5 or later. Returns a pipe, or nil, the reason, its class.
local function start()
  local pipe, reason = Pipe.start(true)
  if pipe == nil then return nil, reason, "gnuplot" end
  pipe:write(("if (GPVAL_VERSION < 5) print sprintf('version %%g %s', GPVAL_VERSION); exit\n")
    :format(TOO_OLD))
  return pipe
end

--- Runs commands in `pipe`, which is closed if they fail. Returns what gnuplot printed,
-- or nil, the reason, its class.
local function run(self, pipe, script)
  local guard <close> = setmetatable({}, {__close = function(_, err)
    if err then pipe:close(0) end -- an interrupt
  end})
  local text, reason = pipe:run(script, self.timeout)
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
  local pipe, reason, class = start()
  if pipe == nil then return nil, reason, class end
  local window = screen.window(self.screens[1], self.number, Pipe.quote("figure " .. self.number))
  local text
  text, reason = run(self, pipe, window)
  if text == nil then return nil, reason, "window" end
  self.pipe = pipe
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
    table.insert(self.screens, 1, "dumb")
  end
end

--- Draws with characters.
local function show_text(self, picture)
  local columns, rows = panel.size()
  columns, rows = math.min(columns, 100), math.max(12, math.min(30, rows - 4))
  local text, reason, class = run_once(self, screen.dumb(columns, rows) .. picture)
  if text == nil then return nil, reason, class end
  io.stdout:write(table.concat(screen.lines(text, rows), "\n"), "\027[0m\n")
  return true
end

--- Shows the figure on its screen.
function Figure:show()
  local picture, share = picture_of(self)
  if picture == nil then return true end
  while screen.is_window(self.screens[1]) do
    local ok, reason, class = show_window(self, picture, share)
    if ok or class ~= "window" then return ok, reason, class end
    give_up_window(self, reason)
  end
  local done <close> = share
  if self.screens[1] == "none" then return true end
  if self.screens[1] == "file" then
    screen.warn("gnuplot: no display and no terminal to draw on; gnuplot.pngfigure(file) and"
      .. " gnuplot.figprint(file) draw into a file")
    return true
  end
  return show_text(self, picture)
end

--- Draws the figure into a file, which is replaced in one piece.
function Figure:print(path, format, size)
  local picture, share <close> = picture_of(self)
  if picture == nil then return true end
  local draft <close>, refusal = output.open(path, format)
  if draft == nil then return nil, refusal, "file" end
  local text, reason, class = run_once(self, ("%sset output %s\n%sset output\n"):format(
    output.terminal(format, size or self.size), Pipe.quote(draft.draft), picture))
  if text == nil then return nil, reason, class end
  local ok
  ok, reason = draft:place()
  return ok, reason, "file"
end

local Movie = {}
Movie.__index = Movie

--- A gnuplot that draws one picture after the other, after the commands `head`.
function Figure.movie(name, head)
  return setmetatable({timeout = Figure.timeout, name = name, head = head}, Movie)
end

--- Draws the present picture of `figure`.
function Movie:frame(figure)
  local script, share <close> = picture_of(figure)
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
  if not self.path then return self:show() end
  if not self.dirty then return true end
  self.dirty = false
  return self:print(self.path, self.format)
end

--- After a change: a window follows at once, a file at the next flush, and the
-- terminal shows a picture only for a plot.
local function changed(self, plotted)
  if self.path then return true end
  if plotted or screen.is_window(self.screens[1]) then return self:show() end
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
  if self.path then ok, reason, class = self:flush() end
  if self.pipe then self.pipe:close(0) end -- at once, and its window with it
  self.pipe = nil
  if self.share then self.share:close() end
  return ok, reason, class
end

return Figure
