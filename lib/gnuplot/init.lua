--- gnuplot: plots as Torch7 users know them, drawn by the program gnuplot in a
-- window, in the terminal or into files, and curves that grow while a training runs.
--
--     gnuplot.plot("loss", x, y, "-")
--     gnuplot.pngfigure("loss.png"); gnuplot.plot(x); gnuplot.plotflush()
--     local curve = gnuplot.live("loss"); curve:add("train", step, loss:item())
--
-- The program is `gnuplot` on the PATH or $HECATE_GNUPLOT. Where it is missing or
-- fails there is one warning and the script goes on; wrong arguments raise.
local Figure = require "gnuplot.figure"
local Pipe = require "gnuplot.pipe"
local curves = require "gnuplot.curves"
local options = require "torch.utils.options"
local screen = require "gnuplot.screen"

local gnuplot = {live = require "gnuplot.live"}

local figures, current, window_terminal = {}, nil, nil

--- Tells of a failure: of gnuplot once as a warning, of its language as an error.
local function report(name, ok, reason, level)
  if ok then return end
  if reason:find("^gnuplot: ") or reason:find("Permission denied") then
    error(("%s: %s"):format(name, reason), (level or 2) + 1)
  end
  screen.warn(("%s: %s; nothing is drawn"):format(name, reason))
end

local function check(name, parameter, position, kind, value)
  if type(value) ~= kind then
    options.wrong(name, parameter, position, "a " .. kind, value, 3)
  end
end

local function new_figure(n, path, format)
  if n == nil then n = #figures + 1 end
  if figures[n] then figures[n]:close() end
  figures[n], current = Figure.new(n, path, format), n
  if window_terminal and not path then figures[n].screens = {window_terminal, "file"} end
  return figures[n]
end

local function current_figure()
  return figures[current] or new_figure()
end

--- The figure `n`, the current one by default.
local function find_figure(name, n)
  if n ~= nil and math.type(n) ~= "integer" then
    options.wrong(name, "n", 1, "the number of a figure", n, 3)
  end
  local figure = figures[n or current]
  if figure == nil and n ~= nil then
    error(("%s: 'n' (argument 1): there is no figure %d"):format(name, n), 3)
  end
  return figure
end

--- Makes figure `n` the current one, a new one if there is none of that number or
-- no number is given. Returns its number.
function gnuplot.figure(n)
  if n ~= nil and (math.type(n) ~= "integer" or n < 1) then
    options.wrong("gnuplot.figure", "n", 1, "a positive integer", n)
  end
  if n == nil or figures[n] == nil then new_figure(n) end
  current = n or current
  return current
end

--- Plots lines, points or whatever the style says in the current figure:
--
--     plot(x)  plot(x, y)  plot("name", x, y, "style")
--     plot({"name", x, y, "-"}, {"other", u, v, "+"})   plot({{...}, {...}})
--
-- x and y are tensors (any dtype) or arrays of numbers; without y, x is plotted over
-- 1, 2, …, and a tensor of several columns gives x in the first. Styles: "." dots,
-- "+" points, "-" lines, "+-" both, "|" boxes, "~" cubic splines, "~ W" smoothing
-- splines of weight W, "v" vectors (x y dx dy), or any style of gnuplot.
function gnuplot.plot(...)
  local ok, list = pcall(curves.read, "gnuplot.plot", ...)
  if not ok then error(list, 2) end
  report("gnuplot.plot", current_figure():try(Figure.plot, list))
end

local function setting(name, key, command)
  local ok, reason = current_figure():try(Figure.set, key, command)
  report(name, ok, reason, 3)
end

local function text_setting(key)
  local name = "gnuplot." .. key
  return function(text)
    check(name, "text", 1, "string", text)
    setting(name, key, ("set %s %s"):format(key, Pipe.quote(text)))
  end
end

--- The title of the current figure; gnuplot's markup (x^2, a_i) works in it.
gnuplot.title = text_setting("title")
--- The text beside the horizontal axis.
gnuplot.xlabel = text_setting("xlabel")
--- The text beside the vertical axis.
gnuplot.ylabel = text_setting("ylabel")

--- Shows the grid, or hides it with false.
function gnuplot.grid(on)
  setting("gnuplot.grid", "grid", on == false and "unset grid" or "set grid")
end

--- Logarithmic axes: "x", "y" or "xy"; "" for linear ones.
function gnuplot.logscale(axes)
  axes = axes or "y"
  if type(axes) ~= "string" or axes:find("[^xy]") then
    options.wrong("gnuplot.logscale", "axes", 1, "'x', 'y', 'xy' or ''", axes)
  end
  setting("gnuplot.logscale", "logscale",
    axes == "" and "unset logscale" or "set logscale " .. axes)
end

local axis_commands = {
  auto = "set size nosquare\nset autoscale", image = "set size ratio -1",
  equal = "set size ratio -1", fill = "set size ratio 1,1",
}

--- The range {xmin, xmax, ymin, ymax} (an "" leaves that end to gnuplot), or "auto",
-- "equal" (also "image"), "fill".
function gnuplot.axis(axis)
  local command = type(axis) == "string" and axis_commands[axis]
  if type(axis) == "table" and #axis == 4 then
    for i, limit in ipairs(axis) do
      if type(limit) ~= "number" and limit ~= "" then
        options.wrong("gnuplot.axis", ("axis[%d]"):format(i), nil, "a number or ''", limit)
      end
    end
    command = ("set xrange [%s:%s]\nset yrange [%s:%s]"):format(table.unpack(axis))
  end
  if not command then
    options.wrong("gnuplot.axis", "axis", 1,
      "{xmin, xmax, ymin, ymax}, 'auto', 'equal', 'image' or 'fill'", axis)
  end
  setting("gnuplot.axis", "axis", command)
end

local horizontal = {left = true, right = true, center = true}
local vertical = {bottom = true, top = true, middle = true}

--- Puts the legend "left", "right" or "center" and "bottom", "top" or "middle".
function gnuplot.movelegend(across, along)
  if not horizontal[across] then
    options.wrong("gnuplot.movelegend", "across", 1, "'left', 'right' or 'center'", across)
  end
  if not vertical[along] then
    options.wrong("gnuplot.movelegend", "along", 2, "'bottom', 'top' or 'middle'", along)
  end
  along = along == "middle" and "center" or along
  setting("gnuplot.movelegend", "key", ("set key %s %s"):format(across, along))
end

--- Sends a command of gnuplot to the current figure, as it is.
function gnuplot.raw(command)
  check("gnuplot.raw", "command", 1, "string", command)
  report("gnuplot.raw", current_figure():try(Figure.raw, command))
end

--- Raises unless `path` can be written; the new file is the next rename's work.
local function check_writable(name, path)
  local draft = path .. ".new"
  local file, reason = io.open(draft, "w")
  if file == nil then
    error(("%s: 'path' (argument 1): cannot write '%s': %s"):format(name, path,
      reason:match(": (.*)$") or reason), 3)
  end
  file:close()
  os.remove(draft)
end

local function file_figure(format)
  local name = ("gnuplot.%sfigure"):format(format)
  return function(path, n)
    check(name, "path", 1, "string", path)
    check_writable(name, path)
    new_figure(n, path, format)
    return current
  end
end

--- A figure that is written to a file, by plotflush, by close, or when the program
-- ends. Returns its number.
gnuplot.pngfigure = file_figure("png")
gnuplot.svgfigure = file_figure("svg")
gnuplot.pdffigure = file_figure("pdf")
gnuplot.epsfigure = file_figure("eps")

--- Draws the current figure into a .png, .svg, .pdf or .eps file as well.
function gnuplot.figprint(path)
  check("gnuplot.figprint", "path", 1, "string", path)
  local format = (path:match("%.(%w+)$") or ""):lower()
  local commands, choice = screen.file(format, 1, 1)
  if commands == nil then
    error(("gnuplot.figprint: 'path' (argument 1): expected a name that ends in one of %s,"
      .. " got '%s'"):format(choice, path), 2)
  end
  check_writable("gnuplot.figprint", path)
  report("gnuplot.figprint", current_figure():print(path, format))
end

--- Writes the file of figure `n` (the current one), or draws its window again.
function gnuplot.plotflush(n)
  local figure = find_figure("gnuplot.plotflush", n)
  if figure then report("gnuplot.plotflush", figure:flush()) end
end

--- Closes figure `n` (the current one); the file of a file figure is written.
function gnuplot.close(n)
  local figure = find_figure("gnuplot.close", n)
  if figure == nil then return end
  figures[figure.number] = nil
  if current == figure.number then current = next(figures) end
  report("gnuplot.close", figure:close())
end
gnuplot.closefigure = gnuplot.close

--- Closes all figures.
function gnuplot.closeall()
  for n in pairs(figures) do gnuplot.close(n) end
end

--- The terminal of new figures: "window", "dumb", "file", "none", or one of gnuplot's
-- window terminals (qt, wxt, x11). nil: $HECATE_PLOT or what is there.
function gnuplot.setterm(kind)
  if kind ~= nil then screen.choose("gnuplot.setterm", kind) end
  window_terminal = kind
end

--- The gnuplot program that is run from now on; nil: $HECATE_GNUPLOT or `gnuplot`.
function gnuplot.setgnuplotexe(program)
  if program ~= nil then check("gnuplot.setgnuplotexe", "program", 1, "string", program) end
  Pipe.executable = program
end

-- When the program ends, file figures that were not flushed are written.
gnuplot.at_exit = setmetatable({}, {__gc = function()
  for _, figure in pairs(figures) do
    if figure.path then pcall(figure.close, figure) end
    if figure.pipe then figure.pipe:close(1, true) end
  end
end})

return gnuplot
