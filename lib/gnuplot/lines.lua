--- plot: the arguments of Torch7's plot, made to layers of a figure.
--
-- A plot is {command = "plot" or "splot", setup = commands, layers}. A layer is
-- {points = a matrix, or bytes, binary = how gnuplot is to read them, empty, title, words =
-- gnuplot's words for it, a string or a function of the place of its colour, chart = how it
-- is drawn with characters, if it can be}; `same` keeps the colour of the layer before.
local arguments = require "gnuplot.arguments"
local chart = require "gnuplot.chart"
local data = require "gnuplot.data"
local options = require "torch.utils.options"
local style = require "gnuplot.style"
local torch = require "torch"

local lines = {}

--- {"name", x, y, "-"}: what describes one curve.
local function is_curve(value)
  if type(value) ~= "table" then return false end
  return type(value[1]) == "string" or data.is_data(value[1])
end

--- Sorts Torch7's [name,] x [, y] [, style] of one curve.
local function sort(name, given)
  local found, title, format, named = {}, nil, nil, {}
  for i = 1, given.n or #given do
    local value = given[i]
    if data.is_data(value) and #found < 2 and format == nil then
      found[#found + 1] = value
    elseif type(value) == "string" and #found == 0 and title == nil then
      title = value
    elseif type(value) == "string" and #found > 0 and format == nil then
      format = value
    elseif options.is_named(value) and #found > 0 and next(named) == nil then
      named = value
    else
      arguments.fail("%s: expected [name,] x [, y] [, style], where x and y are tensors or arrays"
        .. " of numbers; value %d is %s", name, i, options.describe(value))
    end
  end
  if #found == 0 then
    arguments.fail("%s: there is nothing to plot, expected [name,] x [, y] [, style]", name)
  end
  if is_curve(given) then -- {x, y, color = "red"}
    local inline = {}
    for key, value in pairs(named) do inline[key] = value end
    for key, value in pairs(given) do
      if type(key) == "string" and key ~= "n" then inline[key] = value end
    end
    named = inline
  end
  return found, title, format, named
end

--- x as a vector and y as a matrix of one column or more: Torch7's rules.
function lines.x_and_y(name, x, y)
  local first = data.tensor(name, x, 1, 2)
  if y == nil then
    if first.ndim == 1 then return data.count(#first), first:unsqueeze(2) end
    if first.shape[2] == 1 then return data.count(#first), first end
    return first:select(2, 1), first:narrow(2, 2, first.shape[2] - 1)
  end
  local second = data.matrix(name, y)
  if #second ~= #first then
    arguments.fail("%s: x and y differ in length: %s and %s", name, options.describe(x),
      options.describe(y))
  end
  if first.ndim == 2 and first.shape[2] > 1 then return first, second end
  return first:reshape(#first), second
end

local function vector_field(name, x, y)
  local parts = {}
  if x.ndim == 2 then -- (x, dx), (y, dy)
    if x.shape[2] == 2 and y.shape[2] == 2 then
      parts = {x:select(2, 1), y:select(2, 1), x:select(2, 2), y:select(2, 2)}
    end
  elseif y.shape[2] == 3 then -- (x, y, dx, dy)
    parts = {x, y:select(2, 1), y:select(2, 2), y:select(2, 3)}
  end
  if #parts == 0 then
    arguments.fail("%s: vectors need x = (x, dx) and y = (y, dy), of 2 columns each, or one matrix"
      .. " of 4", name)
  end
  return parts
end

-- Styles whose points are (x, y).
local plain = {dots = true, points = true, lines = true, linespoints = true, steps = true, boxes = true,
  impulses = true, csplines = true, acsplines = true}
local standing = {boxes = true, impulses = true}

--- What a layer of a style spans, see gnuplot.range; nil: that is gnuplot's.
local function spans_of(columns, how)
  if how.kind == "vectors" then return {x = {1, 5}, y = {2, 6}} end
  if not plain[how.kind] then return nil end
  local spans = {x = {1}, y = {2}, foot = standing[how.kind], smooth = how.kind:find "splines" ~= nil}
  if how.kind == "boxes" and #columns[1] > 1 then
    spans.room = (columns[1]:max():item() - columns[1]:min():item()) / (#columns[1] - 1) / 2
    if spans.room ~= spans.room then return nil end
  end
  return spans
end

local function layer_of(name, columns, how, title)
  local spans = spans_of(columns, how)
  if how.kind == "vectors" then -- where the arrows end, for the ranges alone
    columns[5], columns[6] = columns[1] + columns[3], columns[2] + columns[4]
  end
  local layer = data.rows(columns)
  if how.kind == "vectors" then layer.using = "1:2:3:4" end
  style.title(name, layer, how.given, title)
  layer.words, layer.titled, layer.spans = how.words, how.titled, spans
  layer.axis, layer.kind = how.axis, how.kind
  layer.long = how.kind == "lines" and data.is_long(columns)
  if #columns == 2 and how.axis ~= 2 and chart.styles[how.kind] then
    layer.chart = {style = how.kind, color = how.color}
  end
  return layer
end

--- The layers of one curve; several where y has several columns and a plain style.
local function curve(name, given, list)
  local found, title, format, named = sort(name, given)
  local x, y = lines.x_and_y(name, found[1], found[2])
  local how = style.read(name, format, named, #x)
  local ys = {}
  for j = 1, y.shape[2] do ys[j] = y:select(2, j) end
  if how.kind == "vectors" then
    list[#list + 1] = layer_of(name, vector_field(name, x, y), how, title)
  elseif x.ndim == 2 then
    local columns = {}
    for j = 1, x.shape[2] do columns[j] = x:select(2, j) end
    list[#list + 1] = layer_of(name, table.move(ys, 1, #ys, #columns + 1, columns), how, title)
  elseif how.weight then
    list[#list + 1] = layer_of(name, {x, ys[1], torch.full_like(x, how.weight)}, how, title)
  elseif how.kind and #ys > 1 then
    for j, column in ipairs(ys) do
      list[#list + 1] = layer_of(name, {x, column}, how, title and ("%s %d"):format(title, j))
    end
  else
    list[#list + 1] = layer_of(name, {x, table.unpack(ys)}, how, title)
  end
end

--- The curves among the arguments of `plot` and its kin: an array of arrays.
function lines.curves_of(name, ...)
  local given = table.pack(...)
  if given.n == 1 and type(given[1]) == "table" and is_curve(given[1][1])
    and not data.is_data(given[1][1]) then
    given = table.move(given[1], 1, #given[1], 1, {n = #given[1]})
  end
  if not is_curve(given[1]) or data.is_data(given[1]) then return {given} end
  for i = 1, given.n do
    if not is_curve(given[i]) then
      arguments.fail("%s: argument %d: expected {[name,] x [, y] [, style]}, got %s", name, i,
        options.describe(given[i]))
    end
  end
  return given
end

--- What the axes need: a second vertical one, and the foot of boxes.
function lines.axes(layers)
  local second, foot = "", ""
  for _, layer in ipairs(layers) do
    if layer.axis == 2 then second = "set y2tics scale 0.6\nset border 11\n" end
    if layer.kind == "boxes" or layer.kind == "impulses" then foot = "set yrange [*<0:0<*]\n" end
  end
  return second .. foot
end

--- gnuplot.plot.
function lines.plot(name, ...)
  local layers = {}
  for _, given in ipairs(lines.curves_of(name, ...)) do curve(name, given, layers) end
  return {command = "plot", setup = lines.axes(layers), layers = layers}
end

return lines
