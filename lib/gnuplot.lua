--- gnuplot: plots as Torch7 users know them, drawn by the program gnuplot in a
-- window, in the terminal or into files, and curves that grow while a training runs.
--
--     gnuplot.plot("loss", x, y, "-")
--     gnuplot.pngfigure("loss.png"); gnuplot.plot(x); gnuplot.plotflush()
--     local curve = gnuplot.live("loss"); curve:add("train", step, loss:item())
--
-- The program is `gnuplot` on the PATH or $HECATE_GNUPLOT. Where it is missing or
-- fails there is one warning and the script goes on; wrong arguments raise, and so does
-- a file that cannot be written. docs/guide/plots.md shows every kind of plot.
local Figure = require "gnuplot.figure"
local Pipe = require "gnuplot.pipe"
local arguments = require "gnuplot.arguments"
local language = require "gnuplot.language"
local options = require "torch.utils.options"
local output = require "gnuplot.output"
local screen = require "gnuplot.screen"

local gnuplot = {live = require "gnuplot.live"}

local figures, current, window_terminal = {}, nil, nil
local drawn -- the figure of an animation, while it is drawn
local warned = {} -- of which functions and files a failure has been told

--- Tells of a failure: of gnuplot as a warning, once for a file; of its language and of
-- files as an error.
local function report(name, path, ok, reason, class)
  if ok then return end
  if class == "file" then
    arguments.fail("%s: cannot write '%s': %s", name, path or "?", reason)
  elseif class == "call" then
    arguments.fail("%s: %s", name, reason)
  end
  local loss = path and ("'%s' is not written"):format(path) or "nothing is drawn"
  if warned[name .. loss] then return end
  warned[name .. loss] = true
  screen.warn(("%s: %s; %s"):format(name, reason, loss))
end

-- ---- figures -------------------------------------------------------------------------

local function new_figure(n, path, format, size)
  if n == nil then n = #figures + 1 end
  if figures[n] then figures[n]:close() end
  figures[n], current = Figure.new(n, path, format, size), n
  if window_terminal and not path then figures[n].screens = {window_terminal, "file"} end
  return figures[n]
end

local function current_figure()
  return drawn or figures[current] or new_figure()
end

local function check_number(name, position, n) return arguments.check(name, "n", position, "count", n) end

--- The figure `n`, the current one by default.
local function find_figure(name, n)
  if n == nil then return drawn or figures[current] end
  n = check_number(name, 1, n)
  if figures[n] == nil then
    arguments.fail("%s: 'n' (argument 1): there is no figure %d", name, n)
  end
  return figures[n]
end

--- Makes figure `n` the current one, a new one if there is none of that number or no
-- number is given. The option `size` is {width, height} in pixels. Returns its number.
function gnuplot.figure(n, given)
  if options.is_named(n) then n, given = nil, n end
  if n ~= nil then n = check_number("gnuplot.figure", 1, n) end
  if given then given = arguments.named("gnuplot.figure", {{"size", "size"}}, given) end
  if n == nil or figures[n] == nil then new_figure(n) end
  current = n or current
  if given then figures[current].size = given.size end
  return current
end

--- Divides the current figure into rows × columns panels, and goes to panel `at`, counted
-- along the rows: what follows is drawn there. Another division clears the figure.
function gnuplot.subplot(rows, columns, at)
  local name = "gnuplot.subplot"
  rows = arguments.check(name, "rows", 1, "count", rows)
  columns = arguments.check(name, "columns", 2, "count", columns)
  at = arguments.check(name, "at", 3, "count", at)
  if at > rows * columns then
    arguments.wrong(name, "at", 3, ("a number from 1 to %d"):format(rows * columns), at)
  end
  current_figure():divide(rows, columns, at)
end

--- Whether plots are drawn over those that are there, or take their place (false).
function gnuplot.hold(on)
  current_figure():panel().hold = on ~= false
end

-- ---- plots -----------------------------------------------------------------------------

--- The function `gnuplot.NAME` that draws what `reader` in the file `module` makes of its
-- arguments; what the reader returns besides the plot is returned.
local function drawing(name, module, reader)
  reader, name = reader or name, "gnuplot." .. name
  return function(...)
    local plot, result = require("gnuplot." .. module)[reader](name, ...)
    local figure = current_figure()
    report(name, nil, figure:try(Figure.plot, plot))
    if result ~= nil then return result end
  end
end

--- Plots lines, points or whatever the style says in the current figure:
--
--     plot(x)  plot(x, y)  plot("name", x, y, "style")
--     plot({"name", x, y, "-"}, {"other", u, v, "+"})   plot({{...}, {...}})
--
-- x and y are tensors (any dtype) or arrays of numbers; without y, x is plotted over
-- 1, 2, …, and a tensor of several columns gives x in the first. Styles: "." dots,
-- "+" points, "-" lines, "+-" both, "|" boxes, "~" cubic splines, "~ W" smoothing
-- splines of weight W, "v" vectors (x y dx dy), any style of gnuplot ("with …"), or a
-- table: {style =, color =, width =, dash =, point =, size =, alpha =, label =, axis = 2}.
gnuplot.plot = drawing("plot", "lines")
--- Wire frames: splot(z), splot("name", x, y, z), splot({...}, {...}); z is (n, m), x and y
-- the like or vectors of n and m. The option contour = false leaves the lines below out.
gnuplot.splot = drawing("splot", "surface")
--- Points in space: scatter3(x, y, z), scatter3({"name", x, y, z}, ...).
gnuplot.scatter3 = drawing("scatter3", "surface")
--- A surface coloured by its height: surf(z), surf(x, y, z); options palette, contour, lines.
gnuplot.surf = drawing("surf", "surface")
--- Lines of equal height: contour(z), contour(x, y, z); options levels (how many, or an
-- array of heights), filled, palette.
gnuplot.contour = drawing("contour", "surface")
--- Bars: bar([name,] [x,] y); several columns stand side by side. Options: labels of the
-- places, names of the columns, and those of plot's style table.
gnuplot.bar = drawing("bar", "bars")
--- A histogram: hist([name,] x [, bins = 72 [, min [, max]]]). Returns what histc does.
gnuplot.hist = drawing("hist", "bars")
--- Boxes with whiskers: boxplot(matrix) (one for each column), boxplot{{"name", x}, ...};
-- options labels, color, width, outliers.
gnuplot.boxplot = drawing("boxplot", "bars")
--- errorbars([name,] x, y, error [, style]): error is a number, a vector, or {below, above}.
gnuplot.errorbars = drawing("errorbars", "bars")
--- The area between two curves: fill([name,] x, low, high [, style]).
gnuplot.fill = drawing("fill", "bars")
--- A matrix as an image: imagesc(x [, palette = "gray"]); options palette, min, max. Palettes:
-- gray, color (viridis), magma, blues, coolwarm, rainbow, or gnuplot's own.
gnuplot.imagesc = drawing("imagesc", "raster")
--- A matrix as coloured cells with their values: heatmap(x); options rows, columns (names),
-- values, format, palette, min, max.
gnuplot.heatmap = drawing("heatmap", "raster")
--- confusion(targets, predictions) counts classes from 1, or confusion(matrix); options
-- labels, normalize (shares of each row), palette, format. Returns the matrix of counts.
gnuplot.confusion = drawing("confusion", "raster")
--- An image (H, W), (C, H, W) or (H, W, C): integers from 0 to 255, or numbers from 0 to 1.
-- The option normalize stretches its values to that.
gnuplot.image = drawing("image", "raster")
--- Images (N, C, H, W), (N, H, W, C), (N, H, W) or an array of images, in rows; options
-- nrow (images in a row, 8), padding, pad_value, normalize, labels.
gnuplot.images = drawing("images", "raster")

--- Counts values: histc(x [, bins = 72 [, min [, max]]]) is an array of {val = centre of the
-- bin, nb = how many}, with raw (the counts as a tensor), bins, binwidth, and max and min,
-- the positions of the fullest and the emptiest bin.
function gnuplot.histc(x, bins, min, max)
  return require "gnuplot.bars".histc("gnuplot.histc", x, bins, min, max)
end

--- A moving picture: animate("a.gif", frames, draw [, {delay = seconds, size =}]), where
-- draw(i) plots the i-th frame.
function gnuplot.animate(path, frames, draw, given)
  report("gnuplot.animate", path, require "gnuplot.animate"("gnuplot.animate", path, frames, draw,
    given, function(figure)
      local old = drawn
      drawn = figure
      return old
    end))
end

-- ---- settings -----------------------------------------------------------------------------

local function setting(name, key, command, value)
  report(name, nil, current_figure():try(Figure.set, key, command, value))
end

--- A text shows as it is, or with the option markup = true as gnuplot's markup.
local function text_setting(key, where)
  local name = "gnuplot." .. key
  return function(text, given)
    arguments.string(name, "text", 1, text)
    given = arguments.named(name, {{"markup", "boolean"}}, given or {})
    local mode = given.markup and "enhanced" or "noenhanced"
    setting(name, key, ("set %s %s %s%s"):format(key, language.words(text), mode, where or ""), text)
  end
end

--- The title of the current panel. It shows as it is; with the option markup = true gnuplot's markup (x^2, a_i)
-- works in it.
gnuplot.title = text_setting("title")
--- The text beside the horizontal axis; the option as of `title`, as for all axes.
gnuplot.xlabel = text_setting("xlabel")
--- The text beside the vertical axis.
gnuplot.ylabel = text_setting("ylabel")
--- The text beside the axis that goes up in three dimensions.
gnuplot.zlabel = text_setting("zlabel", " rotate by 90 offset 1,0")
--- The text beside the second vertical axis.
gnuplot.y2label = text_setting("y2label")

--- A title above all panels of the figure.
function gnuplot.suptitle(text)
  arguments.string("gnuplot.suptitle", "text", 1, text)
  current_figure().title = text
  setting("gnuplot.suptitle", "suptitle", nil)
end

local function ticks_setting(axis)
  local name = ("gnuplot.%sticks"):format(axis)
  return function(places, labels)
    arguments.check(name, "labels", 2, "strings", labels)
    local x = require "gnuplot.data".vector(name, places):tolist()
    if #x ~= #labels then
      arguments.fail("%s: %d places and %d labels", name, #x, #labels)
    end
    setting(name, axis .. "tics", (require "gnuplot.bars".ticks(axis, x, labels):gsub("\n$", "")))
  end
end

--- Words at places of the horizontal axis: xticks({1, 2}, {"cat", "dog"}).
gnuplot.xticks = ticks_setting("x")
--- Words at places of the vertical axis.
gnuplot.yticks = ticks_setting("y")

local function check_switch(name, on)
  if on ~= nil and type(on) ~= "boolean" then
    arguments.wrong(name, "on", 1, "a boolean", on)
  end
end

--- Shows the grid, or hides it with false.
function gnuplot.grid(on)
  check_switch("gnuplot.grid", on)
  setting("gnuplot.grid", "grid", on == false and "unset grid" or "set grid xtics ytics ls 100")
end

--- Logarithmic axes: letters of "xyz", "y" by default (true), "" (false) for linear ones.
function gnuplot.logscale(axes)
  if axes == nil or axes == true then axes = "y" elseif axes == false then axes = "" end
  if type(axes) ~= "string" or axes:find("[^xyz]") then
    arguments.wrong("gnuplot.logscale", "axes", 1, "'x', 'y', 'xy', … or ''", axes)
  end
  setting("gnuplot.logscale", "logscale", axes ~= "" and "set logscale " .. axes or nil, axes)
end

local ratios = {image = "set size ratio -1", equal = "set size ratio -1", fill = false}

local function check_limits(axis)
  for i, limit in ipairs(axis) do
    local finite = type(limit) == "number" and limit == limit and math.abs(limit) ~= math.huge
    if not finite and limit ~= "" then
      arguments.wrong("gnuplot.axis", ("axis[%d]"):format(i), nil, "a number or ''", limit)
    end
  end
end

--- The ranges {xmin, xmax, ymin, ymax [, zmin, zmax]} (an "" keeps that end), or "auto", or the
-- shape: "equal" (also "image": circles are round), "fill" (the whole canvas).
function gnuplot.axis(axis)
  if type(axis) == "table" and (#axis == 4 or #axis == 6) then
    check_limits(axis)
    report("gnuplot.axis", nil, current_figure():try(Figure.limit, axis))
  elseif axis == "auto" then
    current_figure():panel().limits = {}
    current_figure():set("ratio", nil)
    setting("gnuplot.axis", "limits", nil)
  elseif type(axis) == "string" and ratios[axis] ~= nil then
    setting("gnuplot.axis", "ratio", ratios[axis] or "set size noratio")
  else
    arguments.wrong("gnuplot.axis", "axis", 1,
      "{xmin, xmax, ymin, ymax}, 'auto', 'equal', 'image' or 'fill'", axis)
  end
end

local horizontal = {left = true, right = true, center = true}
local vertical = {bottom = true, top = true, middle = true}

--- Puts the legend "left", "right" or "center" and "bottom", "top" or "middle".
function gnuplot.movelegend(across, along)
  if not horizontal[across] then
    arguments.wrong("gnuplot.movelegend", "across", 1, "'left', 'right' or 'center'", across)
  end
  if not vertical[along] then
    arguments.wrong("gnuplot.movelegend", "along", 2, "'bottom', 'top' or 'middle'", along)
  end
  along = along == "middle" and "center" or along
  setting("gnuplot.movelegend", "key", ("set key inside vertical %s %s opaque"):format(across, along))
end

--- Sends a command of gnuplot to the current figure, as it is.
function gnuplot.raw(command)
  arguments.string("gnuplot.raw", "command", 1, command)
  report("gnuplot.raw", nil, current_figure():try(Figure.raw, command))
end

-- ---- files, the end -------------------------------------------------------------------------

--- Raises unless `path` can be written.
local function check_writable(name, path, format)
  local draft <close>, reason = output.open(path, format)
  if draft == nil then
    arguments.fail("%s: 'path' (argument 1): cannot write '%s': %s", name, path, reason)
  end
end

local function file_figure(format)
  local name = ("gnuplot.%sfigure"):format(format)
  return function(path, n, given)
    arguments.string(name, "path", 1, path)
    if options.is_named(n) then n, given = nil, n end
    if n ~= nil then n = check_number(name, 2, n) end
    given = arguments.named(name, {{"size", "size"}}, given or {})
    check_writable(name, path, format)
    new_figure(n, path, format, given.size)
    return current
  end
end

--- A figure that is written to a file, by plotflush, by close, or when the program
-- ends: pngfigure(path [, n] [, {size = {width, height}}]). Returns its number.
gnuplot.pngfigure = file_figure("png")
gnuplot.svgfigure = file_figure("svg")
gnuplot.pdffigure = file_figure("pdf")
gnuplot.epsfigure = file_figure("eps")

--- Draws the current figure into a .png, .svg, .pdf or .eps file as well; the option size is
-- {width, height} in pixels.
function gnuplot.figprint(path, given)
  local name = "gnuplot.figprint"
  arguments.string(name, "path", 1, path)
  given = arguments.named(name, {{"size", "size"}}, given or {})
  local format = output.format(path)
  if format == nil then
    arguments.fail("%s: 'path' (argument 1): expected a name that ends in one of %s, got '%s'", name,
      output.choice, path)
  end
  check_writable(name, path, format)
  report(name, path, current_figure():print(path, format, given.size))
end

--- Writes the file of figure `n` (the current one), or draws its window again.
function gnuplot.plotflush(n)
  local figure = find_figure("gnuplot.plotflush", n)
  if figure then report("gnuplot.plotflush", figure.path, figure:flush()) end
end

--- Closes figure `n` (the current one); the file of a file figure is written.
function gnuplot.close(n)
  local figure = find_figure("gnuplot.close", n)
  if figure == nil or figure == drawn then return end
  figures[figure.number] = nil
  if current == figure.number then current = next(figures) end
  report("gnuplot.close", figure.path, figure:close())
end
gnuplot.closefigure = gnuplot.close

--- Closes all figures.
function gnuplot.closeall()
  local numbers = {}
  for n in pairs(figures) do numbers[#numbers + 1] = n end
  for _, n in ipairs(numbers) do gnuplot.close(n) end
end

--- The terminal of new figures: one of the kinds of $HECATE_PLOT ("window", "file", "none",
-- qt, wxt, x11 …). nil: $HECATE_PLOT or what is there.
function gnuplot.setterm(kind)
  if kind ~= nil then screen.choose("gnuplot.setterm", kind) end
  window_terminal = kind
end

--- The gnuplot program that is run from now on; nil: $HECATE_GNUPLOT or `gnuplot`.
function gnuplot.setgnuplotexe(program)
  if program ~= nil then arguments.string("gnuplot.setgnuplotexe", "program", 1, program) end
  Pipe.executable = program
end

-- When the program ends, file figures that were not flushed are written.
gnuplot.at_exit = setmetatable({}, {__gc = function()
  for _, figure in pairs(figures) do
    if figure.path then
      local _, ok, reason = pcall(figure.close, figure)
      if not ok then
        screen.warn(("gnuplot: %s; '%s' is not written"):format(reason, figure.path))
      end
    end
    if figure.pipe then figure.pipe:close(1, true) end
  end
end})

return gnuplot
