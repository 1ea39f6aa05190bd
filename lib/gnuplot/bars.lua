--- Bars, histograms, boxes with whiskers, error bars and bands.
local arguments = require "gnuplot.arguments"
local data = require "gnuplot.data"
local lines = require "gnuplot.lines"
local look = require "gnuplot.look"
local options = require "torch.utils.options"
local style = require "gnuplot.style"
local language = require "gnuplot.language"
local torch = require "torch"

local bars = {}

--- The command that puts words at places of an axis. To gnuplot they are formats, where "%" has a meaning.
function bars.ticks(axis, places, labels, rotate)
  local parts = {}
  for i, label in ipairs(labels) do
    parts[i] = ("%s %.10g"):format(language.words((label:gsub("%%", "%%%%"))), places[i])
  end
  return ("set %stics (%s) noenhanced%s\n"):format(axis, table.concat(parts, ", "),
    rotate and (" rotate by %g right"):format(rotate) or "")
end

local area_options = style.some "color alpha label latex markup"
local bar_options = style.some "color width dash alpha label latex markup"
table.move({{"labels", "strings"}, {"names", "strings"}}, 1, 2, #bar_options + 1, bar_options)

--- How boxes are drawn with characters.
local function boxes(name, named)
  return {style = "boxes", color = named.color ~= nil and look.color(name, named.color) or nil}
end

--- gnuplot.bar: bars side by side where y has several columns.
function bars.bar(name, ...)
  local list, title, named = arguments.titled(...)
  named = arguments.named(name, bar_options, named)
  if list.n < 1 or list.n > 2 then
    arguments.fail("%s: expected [name,] [x,] y [, options], got %d arguments", name, list.n)
  end
  local x, y = lines.x_and_y(name, list[1], list[2])
  if x.ndim ~= 1 then
    arguments.fail("%s: 'x': expected a vector, got %s", name, options.describe(list[1]))
  end
  local k, layers, ink = y.shape[2], {}, style.ink(name, named)
  local gap = 1
  if #x > 1 then
    local sorted = x:sort()
    gap = (sorted:narrow(1, 2, #x - 1) - sorted:narrow(1, 1, #x - 1)):min():item()
    if not (gap > 0) then gap = 1 end
  end
  local width = 0.8 * gap / k
  for j = 1, k do
    local layer = data.rows{x + (j - (k + 1) / 2) * width, y:select(2, j),
      torch.full_like(x, width)}
    style.title(name, layer, named, named.names and named.names[j] or title and (k > 1 and ("%s %d"):format(title, j)
      or title))
    layer.spans = {x = {1}, y = {2}, half = 3, foot = true}
    layer.words = function(place) return "with boxes " .. ink(place) end
    if k == 1 then layer.chart = boxes(name, named) end
    layers[j] = layer
  end
  local setup = "set yrange [*<0:0<*]\n"
  if named.labels and #named.labels ~= #x then
    arguments.fail("%s: 'labels': expected %d, a label for each place, got %d", name, #x, #named.labels)
  end
  if named.names and #named.names ~= k then
    arguments.fail("%s: 'names': expected %d, a name for each column, got %d", name, k, #named.names)
  end
  if named.labels then setup = setup .. bars.ticks("x", x:tolist(), named.labels) end
  return {command = "plot", setup = setup, layers = layers, ticks = {x = named.labels ~= nil},
    words = named.labels and {places = x:tolist(), labels = named.labels} or nil}
end

-- ---- histograms ----------------------------------------------------------------

local Histogram = {}
Histogram.__index = Histogram

--- Text: one line a bin, as long as its count.
function Histogram:__tostring()
  local most, text = math.max(1, self.raw:max():item()), {}
  for i, bin in ipairs(self) do
    text[i] = ("%12.5g %s %d"):format(bin.val, ("#"):rep(math.floor(50 * bin.nb / most + 0.5)),
      bin.nb)
  end
  return table.concat(text, "\n")
end

--- What a histogram may be told by name: bins, as their number or the second argument.
local hist_options = style.some "color alpha label latex markup"
table.move({{"bins", "count"}, {"min", "number"}, {"max", "number"}}, 1, 3, #hist_options + 1, hist_options)

local BINS = 72 -- Torch7's default
local OVERLAP = 0.55 -- how opaque histograms are that lie over each other

--- The ends of the range that bins divide, two numbers: what was given, else the least and the greatest value.
local function range_of(name, x, least, most)
  for i, value in ipairs{least or 0, most or 0} do
    if type(value) ~= "number" or value ~= value or math.abs(value) == math.huge then
      arguments.wrong(name, i == 1 and "min" or "max", i + 2, "a number", value)
    end
  end
  if x:numel() == 0 and not (least and most) then
    arguments.fail("%s: there is no finite value", name)
  end
  least, most = least or x:min():item(), most or x:max():item()
  if least == most then least, most = least - 0.5, most + 0.5 end
  if least > most then
    arguments.fail("%s: 'min' (argument 3): expected less than max, got %g and %g", name, least,
      most)
  end
  return least, most
end

--- Counts how many values of `x` fall into each of `bins` equal parts of [min, max];
-- the last one has both its ends. Others, and what is not finite, are not counted.
function bars.histc(name, x, bins, least, most)
  if bins == nil then bins = BINS end
  bins = arguments.check(name, "bins", 2, "count", bins)
  local values = data.tensor(name, x):flatten()
  values = values:masked_select(torch.isfinite(values))
  least, most = range_of(name, values, least, most)
  values = values:masked_select(values:ge(least):logical_and(values:le(most)))
  local width = (most - least) / bins
  local raw = torch.zeros(bins, {dtype = "float64"})
  if values:numel() > 0 then
    local places = ((values - least) / width):floor():clamp(0, bins - 1):to("int64") + 1
    raw = raw:index_add(1, places, torch.ones_like(values))
  end
  local h = setmetatable({raw = raw, bins = bins, binwidth = width}, Histogram)
  for i, count in ipairs(raw:tolist()) do
    h[i] = {val = least + (i - 0.5) * width, nb = math.tointeger(count)}
  end
  h.max, h.min = raw:argmax():item(), raw:argmin():item()
  return h
end

--- gnuplot.hist: the plot and what histc gave.
function bars.hist(name, ...)
  local list, title, named = arguments.titled(...)
  named = arguments.named(name, hist_options, named)
  for i, key in ipairs{"bins", "min", "max"} do
    if named[key] ~= nil and list[i + 1] ~= nil then arguments.fail("%s: '%s' is given twice", name, key) end
  end
  if list.n < 1 or list.n > 4 then
    arguments.fail("%s: expected [name,] x [, bins [, min [, max]]] [, style], got %d arguments",
      name, list.n)
  end
  local h = bars.histc(name, list[1], list[2] or named.bins, list[3] or named.min, list[4] or named.max)
  local centers = data.count(h.bins) * h.binwidth + (h[1].val - h.binwidth)
  local layer = data.rows{centers, h.raw, torch.full_like(centers, h.binwidth)}
  local ink = style.ink(name, named)
  local veiled = style.ink(name, setmetatable({alpha = named.alpha or OVERLAP}, {__index = named}))
  style.title(name, layer, named, title)
  layer.spans, layer.covers = {x = {1}, y = {2}, half = 3, foot = true}, true
  layer.words = function(place, many) -- several are seen through, without edges
    if many or named.alpha then return "with boxes fs solid 1 noborder " .. veiled(place) end
    return ("with boxes %s %s lw 0.5"):format(style.edge, ink(place))
  end
  layer.chart = boxes(name, named)
  return {command = "plot", setup = "set yrange [0:*]\n", layers = {layer}}, h
end

-- ---- spreads ---------------------------------------------------------------------

--- The groups of boxplot: [{name, values}], from a matrix (a group a column), tensors
-- of any shape, or {name, tensor} pairs.
function bars.groups(name, list, labels)
  local groups = {}
  if list.n == 1 and type(list[1]) == "table" and type(list[1][1]) ~= "number" then
    list = table.move(list[1], 1, #list[1], 1, {n = #list[1]})
  end
  if list.n == 1 and data.is_tensor(list[1]) and list[1].ndim == 2 then
    local matrix = data.tensor(name, list[1], 2)
    for j = 1, matrix.shape[2] do groups[j] = {values = matrix:select(2, j)} end
  else
    for i = 1, list.n do
      local item, label = list[i], nil
      if type(item) == "table" and type(item[1]) == "string" then label, item = item[1], item[2] end
      groups[i] = {name = label, values = data.tensor(name, item):flatten()}
    end
  end
  if #groups == 0 then arguments.fail("%s: there is nothing to plot", name) end
  if labels and #labels ~= #groups then
    arguments.fail("%s: 'labels': expected %d, a label for each group, got %d", name, #groups, #labels)
  end
  for i, group in ipairs(groups) do
    group.name = labels and labels[i] or group.name or tostring(i)
  end
  return groups
end

--- gnuplot.boxplot.
function bars.boxplot(name, ...)
  local list, named = arguments.split(...)
  named = arguments.named(name, {{"labels", "strings"}, {"color", "any"}, {"width", "positive"},
    {"outliers", "boolean"}}, named)
  local layers, places, labels = {}, {}, {}
  local color = named.color and look.color(name, named.color)
  for i, group in ipairs(bars.groups(name, list, named.labels)) do
    local layer = data.rows{group.values}
    layer.using = ("(%d):1"):format(i)
    layer.words = function(place)
      return ("with boxplot fs solid 0.5 border lt %d lc %s pt 7 ps 0.4"):format(place,
        look.rgb(color or look.color(name, place)))
    end
    layer.spans = {x = {}, y = {1}}
    layers[i], places[i], labels[i] = layer, i, group.name
  end
  local setup = ("set style boxplot %soutliers\nset boxwidth %g absolute\nset xrange [0.4:%g]\n")
    :format(named.outliers == false and "no" or "", named.width or 0.5, #layers + 0.6)
  return {command = "plot", setup = setup .. bars.ticks("x", places, labels), layers = layers, ticks = {x = true},
    words = {places = places, labels = labels}, frame = {x = {0.4, #layers + 0.6}}, plain = true}
end

--- The two ends of each error bar, two vectors as long as y. `err`: one number or vector for both sides, or {below,
-- above}.
local function spread(name, y, err)
  if type(err) == "number" then err = torch.full_like(y, err) end
  local low, high = err, err
  if type(err) == "table" and #err == 2 and type(err[1]) ~= "number" then
    low, high = err[1], err[2]
  end
  low, high = data.vector(name, low), data.vector(name, high)
  if #low ~= #y or #high ~= #y then
    arguments.fail("%s: 'error' (argument 3): expected %d numbers as in y, got %s", name, #y,
      options.describe(err))
  end
  return y - low, y + high
end

--- gnuplot.errorbars: [name,] x, y, error [, style].
function bars.errorbars(name, ...)
  local list, title, named = arguments.titled(...)
  local format
  if list.n == 4 and type(list[4]) == "string" then format = list[4] end
  if list.n ~= 3 and not format then
    arguments.fail("%s: expected [name,] x, y, error [, style], got %d arguments", name, list.n)
  end
  local x, ys = lines.x_and_y(name, list[1], list[2])
  local y = ys:select(2, 1)
  local low, high = spread(name, y, list[3])
  local how = style.read(name, format or named.style or "+-", named, #x)
  local layer = data.rows{x, y, low, high}
  local ink = style.ink(name, named, true)
  local kind = (how.kind == "points" or how.kind == "dots") and "yerrorbars" or "yerrorlines"
  style.title(name, layer, named, title)
  layer.axis, layer.spans = how.axis, {x = {1}, y = {2, 3, 4}}
  layer.words = function(place)
    return ("%swith %s %s"):format(how.axis == 2 and "axes x1y2 " or "", kind, ink(place))
  end
  return {command = "plot", setup = lines.axes{layer}, layers = {layer}}
end

--- gnuplot.fill: [name,] x, low, high [, style]: the area between two curves.
function bars.fill(name, ...)
  local list, title, named = arguments.titled(...)
  named = arguments.named(name, area_options, named)
  if list.n ~= 3 then
    arguments.fail("%s: expected [name,] x, low, high [, style], got %d arguments", name, list.n)
  end
  local columns = {}
  for i = 1, 3 do
    columns[i] = type(list[i]) == "number" and list[i] or data.vector(name, list[i])
  end
  local n = type(columns[1]) == "number" and 0 or #columns[1]
  for i = 1, 3 do
    if type(columns[i]) == "number" and i > 1 then
      columns[i] = torch.full_like(columns[1], columns[i])
    end
    if type(columns[i]) == "number" or #columns[i] ~= n then
      arguments.fail("%s: x, low and high differ in length: %s, %s and %s", name,
        options.describe(list[1]), options.describe(list[2]), options.describe(list[3]))
    end
  end
  local layer = data.rows(columns)
  local color = named.color and look.color(name, named.color)
  style.title(name, layer, named, title)
  layer.spans = {x = {1}, y = {2, 3}}
  layer.words = function(place)
    return ("with filledcurves lt %d fc %s fs solid 1 noborder"):format(place,
      look.rgb(color or look.color(name, place), named.alpha or 0.3))
  end
  return {command = "plot", setup = "", layers = {layer}}
end

return bars
