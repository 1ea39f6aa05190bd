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
local current = require "gnuplot.current"
local options = require "torch.utils.options"
local output = require "gnuplot.output"
local screen = require "gnuplot.screen"

local gnuplot = {live = require "gnuplot.live"}

-- Settings of panels, and what is written and drawn over plots.
for _, part in ipairs{"gnuplot.settings", "gnuplot.marks"} do
  for key, value in pairs(require(part)) do gnuplot[key] = value end
end

-- ---- figures -------------------------------------------------------------------------

--- Makes figure `n` the current one, a new one if there is none of that number or no
-- number is given. The option `size` is {width, height} in pixels. Returns its number.
function gnuplot.figure(n, given)
  local name = "gnuplot.figure"
  if options.is_named(n) then n, given = nil, n end
  if n ~= nil then n = arguments.check(name, "n", 1, "count", n) end
  if given then given = arguments.named(name, {{"size", "size"}}, given) end
  if n == nil or current.figures[n] == nil then current.new(n) else current.go(n) end
  if given then current.figures[current.number].given = given end
  return current.number
end

--- Divides the current figure into rows × columns panels, and goes to panel `at`, counted
-- along the rows: what follows is drawn there. Another division clears the figure. With the options
-- sharex and sharey all panels have one horizontal, one vertical range, with numbers at the outer ones alone.
function gnuplot.subplot(rows, columns, at, given)
  local name = "gnuplot.subplot"
  rows = arguments.check(name, "rows", 1, "count", rows)
  columns = arguments.check(name, "columns", 2, "count", columns)
  at = arguments.check(name, "at", 3, "count", at)
  given = arguments.named(name, {{"sharex", "boolean"}, {"sharey", "boolean"}}, given or {})
  if at > rows * columns then
    arguments.wrong(name, "at", 3, ("a number from 1 to %d"):format(rows * columns), at)
  end
  current.figure():divide(rows, columns, at, given)
end

--- Whether plots are drawn over those that are there, or take their place (false).
function gnuplot.hold(on)
  arguments.switch("gnuplot.hold", on)
  current.figure():panel().hold = on ~= false
end

-- ---- plots -----------------------------------------------------------------------------

--- The function `gnuplot.NAME` that draws what `reader` in the file `module` makes of its
-- arguments.
local function drawing(name, module, reader)
  return function(...) -- no tail call: its errors tell the name that the program called
    local results = table.pack(current.draw(name, module, reader or name, ...))
    return table.unpack(results, 1, results.n)
  end
end

--- Plots lines, points or whatever the style says in the current figure:
--
--     plot(x)  plot(x, y)  plot("name", x, y, "style")
--     plot({"name", x, y, "-"}, {"other", u, v, "+"})   plot({{...}, {...}})
--
-- x and y are tensors (of any real dtype) or arrays of numbers; without y, x is plotted over
-- 1, 2, …, and a tensor of several columns gives x in the first. Styles: "." dots,
-- "+" points, "-" lines, "+-" both, "|" boxes, "~" cubic splines, "~ W" smoothing
-- splines of weight W, "v" vectors (x y dx dy), any style of gnuplot ("with …"), or a
-- table: {style =, color =, width =, dash =, point =, size =, alpha =, label =, axis = 2};
-- names and labels show as they are; latex = true reads "x^2", "\\alpha" in them, markup = true gnuplot's marks.
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
gnuplot.contour = drawing("contour", "contour")
--- Bands between lines of equal height: contourf(z), contourf(x, y, z); options levels, lines (true), palette.
gnuplot.contourf = drawing("contourf", "contour")
--- Bars: bar([name,] [x,] y); several columns stand side by side. Options: labels of the
-- places, names of the columns, and those of plot's style table.
gnuplot.bar = drawing("bar", "bars")
--- A histogram: hist([name,] x [, bins = 72 [, min [, max]]]); the three may be given by name. Returns what histc does.
gnuplot.hist = drawing("hist", "bars")
--- Boxes with whiskers: boxplot(matrix) (one for each column), boxplot{{"name", x}, ...};
-- options labels, color, width, outliers.
gnuplot.boxplot = drawing("boxplot", "bars")
--- Outlines of distributions: violin(matrix), violin{{"name", x}, ...}; options as of boxplot, and bandwidth (in units
-- of the data).
gnuplot.violin = drawing("violin", "violin")
--- errorbars([name,] x, y, error [, style]): error is a number, a vector, or {below, above}.
gnuplot.errorbars = drawing("errorbars", "bars")
--- Points, each of its own size and colour if so wanted: scatter([name,] x, y). Options: size and color, each one
-- value or a value a point (numbers as colours go through the palette, from min to max), alpha, point, palette, label.
gnuplot.scatter = drawing("scatter", "points")
--- Stairs: step([name,] x, y); the option where is "post" (a value lasts until the next one, the default), "pre" or
-- "mid".
gnuplot.step = drawing("step", "points")
--- Points on stems from zero: stem([name,] [x,] y).
gnuplot.stem = drawing("stem", "points")
--- Arrows: quiver([name,] x, y, dx, dy), vectors, or dx and dy (n, m) over x of n and y of m numbers. Options: scale
-- (1: as long as they are on the axes; default: so that they do not overlap), color, width, palette (by length).
gnuplot.quiver = drawing("quiver", "points")
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
  return (require "gnuplot.bars".histc("gnuplot.histc", x, bins, min, max))
end

--- A moving picture: animate("a.gif", frames, draw [, {delay = seconds, size =}]), where
-- draw(i) plots the i-th frame.
function gnuplot.animate(path, frames, draw, given)
  current.report("gnuplot.animate", path, require "gnuplot.animate"("gnuplot.animate", path, frames, draw,
    given, current.use))
end

-- ---- files, the end -------------------------------------------------------------------------

--- Raises unless `path` can be written.
local function check_writable(name, path, format)
  local draft <close>, reason = output.open(path, format)
  if draft == nil then
    arguments.fail("%s: 'path' (argument 1): cannot write '%s': %s", name, path, reason)
  end
end

local file_options = {{"size", "size"}, {"dpi", "positive"}, {"font", "font"}}

local function file_figure(format)
  local name = ("gnuplot.%sfigure"):format(format)
  return function(path, n, given)
    arguments.string(name, "path", 1, path)
    if options.is_named(n) then n, given = nil, n end
    if n ~= nil then n = arguments.check(name, "n", 2, "count", n) end
    given = output.check(name, format, arguments.named(name, file_options, given or {}))
    check_writable(name, path, format)
    current.new(n, path, format, given)
    return current.number
  end
end

--- A figure that is written to a file, by plotflush, by close, or when the program
-- ends: pngfigure(path [, n] [, {size = {width, height}}]); options as of savefig. Returns its number.
gnuplot.pngfigure = file_figure("png")
gnuplot.svgfigure = file_figure("svg")
gnuplot.pdffigure = file_figure("pdf")
gnuplot.epsfigure = file_figure("eps")

--- Draws the current figure into the file `path`, for the function `name`.
local function save(name, path, given)
  arguments.string(name, "path", 1, path)
  given = arguments.named(name, file_options, given or {})
  local format = output.format(path)
  if format == nil then
    arguments.fail("%s: 'path' (argument 1): expected a name that ends in one of %s, got '%s'", name,
      output.choice, path)
  end
  given = output.check(name, format, given)
  check_writable(name, path, format)
  current.report(name, path, current.figure():print(path, format, given))
end

--- Draws the current figure into a .png, .svg, .pdf or .eps file as well. Options: size, {width, height} in pixels, 100
-- an inch; dpi, the pixels an inch of a PNG (100), which has more of them then and looks the same; font, "NAME,POINTS",
-- "NAME" or ",POINTS".
function gnuplot.savefig(path, given) save("gnuplot.savefig", path, given) end

--- Torch7's name of savefig.
function gnuplot.figprint(path, given) save("gnuplot.figprint", path, given) end

--- Writes the file of figure `n` (the current one), or draws its window again.
function gnuplot.plotflush(n)
  local figure = current.find("gnuplot.plotflush", n)
  if figure then current.report("gnuplot.plotflush", figure.path, figure:flush()) end
end

--- Closes figure `n` (the current one); the file of a file figure is written.
function gnuplot.close(n)
  local figure = current.find("gnuplot.close", n)
  if figure == nil or current.is_drawn(figure) then return end
  current.figures[figure.number] = nil
  if current.number == figure.number then current.number = next(current.figures) end
  current.report("gnuplot.close", figure.path, figure:close())
end
gnuplot.closefigure = gnuplot.close

--- Closes all figures.
function gnuplot.closeall()
  local numbers = {}
  for n in pairs(current.figures) do numbers[#numbers + 1] = n end
  for _, n in ipairs(numbers) do gnuplot.close(n) end
end

--- The terminal of new figures: one of the kinds of $HECATE_PLOT ("window", "file", "none",
-- qt, wxt, x11 …). nil: $HECATE_PLOT or what is there.
function gnuplot.setterm(kind)
  if kind ~= nil then screen.choose("gnuplot.setterm", kind) end
  current.terminal = kind
end

--- The gnuplot program that is run from now on; nil: $HECATE_GNUPLOT or `gnuplot`.
function gnuplot.setgnuplotexe(program)
  if program ~= nil then arguments.string("gnuplot.setgnuplotexe", "program", 1, program) end
  Pipe.executable = program
end

-- When the program ends, file figures that were not flushed are written.
gnuplot.at_exit = setmetatable({}, {__gc = function()
  require "gnuplot.pending".settle()
  for _, figure in pairs(current.figures) do
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
