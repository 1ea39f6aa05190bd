--- Plots in a notebook. Figures appear below the cell that plotted in them, as they are at
-- its end; live curves and progress bars appear at once and change in place.
--
-- gnuplot's library loads when it is first used. Then the places where its pictures come
-- out are taken over: Figure.show, gnuplot.live and the panel of the terminal.
local c = require "hecate.notebook.wire"
local display = require "hecate.notebook.display"
local options = require "torch.utils.options"
local terminal = require "torch.utils.terminal"

local plots = {}

local EVERY = 1 -- seconds between pictures of a live curve

local function read_file(path)
  local file = io.open(path, "rb")
  if file == nil then return nil end
  local bytes = file:read "a"
  file:close()
  return bytes ~= "" and bytes or nil
end

--- A name for a picture that nobody has.
local function temporary(format)
  local name = terminal.temporary_file()
  terminal.temporary(name, false)
  os.remove(name)
  return name .. "." .. format
end

-- ---- figures -----------------------------------------------------------------------------

--- Draws a figure into a file and shows that.
local function show_figure(self, figure, print_file)
  local path = temporary(self.format)
  local ok, reason = print_file(figure, path, self.format)
  local bytes = ok and read_file(path)
  os.remove(path)
  if bytes then display.publish(self.display, display.picture(bytes, ("figure %d"):format(figure.number)))
  elseif not ok then io.stderr:write(("gnuplot: %s\n"):format((tostring(reason):gsub("^gnuplot: ", "")))) end
end

local function take_over_figures(self, Figure)
  self.print_file = Figure.print
  --- The figure is shown when the cell ends.
  function Figure.show(figure)
    for _, waiting in ipairs(self.waiting) do
      if waiting == figure then return true end
    end
    self.waiting[#self.waiting + 1] = figure
    return true
  end
  return Figure
end

--- Shows the figures that were plotted in.
function plots.show(self)
  local waiting = self.waiting
  self.waiting = {}
  for _, figure in ipairs(waiting) do show_figure(self, figure, self.print_file) end
end

-- ---- live curves -------------------------------------------------------------------------

--- Shows the file of a live curve if it is a new one.
local function look(self, curve, state)
  local bytes = read_file(curve.file)
  if bytes == nil or bytes == state.bytes then return end
  local data = display.picture(bytes, curve.title)
  if data == nil then return end -- a PDF, say
  display.publish(self.display, data, {}, state.id, state.bytes ~= nil)
  state.bytes = bytes
end

--- The curves draw into files; each time one has done so its picture is shown.
local function take_over_curve(self, Live)
  local advance, close = Live.advance, Live.close
  function Live.advance(curve, now)
    local before = curve.next_frame
    advance(curve, now)
    local state = self.curves[curve]
    if state and curve.next_frame ~= before then look(self, curve, state) end
  end
  function Live.close(curve)
    local state = self.curves[curve]
    close(curve)
    if state == nil then return end
    self.curves[curve] = nil
    look(self, curve, state)
    if state.own then os.remove(curve.file) end
  end
  Live.__close, Live.__gc = Live.close, Live.close
end

--- The arguments of gnuplot.live with a file; and whether that is ours.
local function with_file(format, ...)
  local given = table.pack(...)
  local named, own = {}, false
  if type(given[given.n]) == "table" then
    for key, value in pairs(given[given.n]) do named[key] = value end
  else
    given.n = given.n + 1
  end
  if named.terminal == "none" then return false, table.unpack({...}) end
  if named.file == nil then named.file, own = temporary(format), true end
  named.terminal, named.interval = "file", named.interval or EVERY
  given[given.n] = named
  return own, table.unpack(given, 1, given.n)
end

local function begin_curve(self, live, own, ...)
  local curve = live(...)
  if not self.has_curves then take_over_curve(self, getmetatable(curve)) end
  self.has_curves = true
  if curve.file then self.curves[curve] = {id = c.id(), own = own} end
  return curve
end

-- ---- progress bars -------------------------------------------------------------------------

local Slot = {}
Slot.__index = Slot

local function plain(text) return (text:gsub("\027%[[%d;?]*%a", "")) end

function Slot:show(lines)
  local text = plain(table.concat(lines, "\n"))
  if text == self.text or not self.open then return end
  display.publish(self.display, {["text/plain"] = text}, {}, self.id, self.text ~= nil)
  self.text = text
end

--- Without a text nothing is to stay.
function Slot:close(text)
  if not self.open then return end
  if text or self.text then self:show{((text or ""):gsub("\n$", ""))} end
  self.open = false
end

--- Makes the panel of the terminal (torch.utils.panel) lines in the notebook that change in
-- place.
local function take_over_panel(self)
  local panel = require "torch.utils.panel"
  panel.is_notebook = true
  function panel.available() return true end
  function panel.is_utf8() return true end
  function panel.size() return 80, 24 end
  function panel.write(text) io.stdout:write(text) end
  function panel.open() return setmetatable({id = c.id(), open = true, display = self.display}, Slot) end
end

--- Takes over, for the display of a kernel.
function plots.install(displayed)
  local self = {display = displayed, format = "png", waiting = {}, curves = setmetatable({}, {__mode = "k"})}
  take_over_panel(self)
  take_over_figures(self, require "gnuplot.figure")
  local live = require "gnuplot.live"
  torch._C.loaded["gnuplot.live"] = function(...) return begin_curve(self, live, with_file(self.format, ...)) end
  return self
end

--- Defines figure_format in `env`.
function plots.install_functions(self, env)
  --- figure_format("png" or "svg"): what figures and live curves are from now on.
  function env.figure_format(format)
    if format ~= "png" and format ~= "svg" then
      error(("figure_format: 'format' (argument 1): expected 'png' or 'svg', got %s"):format(options.describe(format)),
        2)
    end
    self.format = format
  end
end

return plots
