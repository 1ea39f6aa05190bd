--- Points of their own sizes and colours, stairs, stems, fields of arrows.
local arguments = require "gnuplot.arguments"
local data = require "gnuplot.data"
local lines = require "gnuplot.lines"
local look = require "gnuplot.look"
local options = require "torch.utils.options"
local palettes = require "gnuplot.palettes"
local style = require "gnuplot.style"
local torch = require "torch"

local points = {}

--- [name,] followed by `least` to `most` values and options, checked by `known`.
local function read(name, known, words, least, most, ...)
  local list, title, given = arguments.titled(...)
  if list.n < least or list.n > most then
    arguments.fail("%s: expected %s, got %d values", name, words, list.n)
  end
  return list, title, arguments.named(name, known, given)
end

--- Vectors of one length.
local function vectors(name, names, list)
  local columns = {}
  for i, value in ipairs(list) do columns[i] = data.vector(name, value) end
  for i = 2, #columns do
    if #columns[i] ~= #columns[1] then
      arguments.fail("%s: %s and %s differ in length: %d and %d", name, names[1], names[i], #columns[1], #columns[i])
    end
  end
  return columns
end

-- ---- scatter -------------------------------------------------------------------------------

local scatter_options = {{"size", "any"}, {"color", "any"}, {"alpha", "fraction"}, {"point", "any"},
  {"label", "string"}, {"palette", "string"}, {"min", "number"}, {"max", "number"}, {"colorbar", "boolean"},
  {"latex", "boolean"}, {"markup", "boolean"}}

--- A value a point under `key`, or nil where there is one for all.
local function each(name, key, value, n)
  if not data.is_data(value) then return nil end
  if key == "color" and type(value) == "table" and #value == 3 and n ~= 3 then return nil end -- {red, green, blue}
  local column = data.vector(name, value)
  if #column ~= n then
    arguments.fail("%s: '%s': expected one value or %d, one a point, got %s", name, key, n, options.describe(value))
  end
  return column
end

--- The colours of points as numbers 0xAARRGGBB, from names.
local function named_colors(name, list, alpha)
  local out = {}
  for i, color in ipairs(list) do
    out[i] = tonumber(look.color(name, color):sub(2), 16) + (math.floor((1 - alpha) * 255 + 0.5) << 24)
  end
  return torch.tensor(out, {dtype = "float64"})
end

--- The same through a palette.
local function mapped_colors(values, palette, low, high, alpha)
  local mix, out, top = palettes.mixer(palette), {}, math.floor((1 - alpha) * 255 + 0.5) << 24
  for i, value in ipairs(values:tolist()) do
    local r, g, b = mix(value == value and (value - low) / math.max(high - low, 1e-300) or 0)
    out[i] = value == value and top | r << 16 | g << 8 | b or 0 / 0
  end
  return torch.tensor(out, {dtype = "float64"})
end

--- The range of the values that colours stand for.
local function color_range(values, given)
  local good = values:masked_select(torch.isfinite(values))
  local low, high = 0, 1
  if good:numel() > 0 then low, high = good:min():item(), good:max():item() end
  low, high = given.min or low, given.max or high
  if low == high then high = low + 1 end
  return low, high
end

--- The column of colours, the words for it, the setup, and a second layer that brings the colour bar; all but the words
-- perhaps nil.
local function colors(name, given, n)
  local color, alpha = given.color, given.alpha or 1
  if type(color) == "table" and type(color[1]) == "string" then
    if #color ~= n then
      arguments.fail("%s: 'color': expected one colour or %d, one a point, got %d", name, n, #color)
    end
    return named_colors(name, color, alpha), "lc rgb variable", "", nil
  end
  local values = each(name, "color", color, n)
  if values == nil then
    for _, key in ipairs{"palette", "min", "max", "colorbar"} do
      if given[key] ~= nil then arguments.fail("%s: '%s' needs a vector as 'color'", name, key) end
    end
    return nil, nil, "", nil
  end
  local palette = given.palette or "viridis"
  local low, high = color_range(values, given)
  local setup = palettes.command(name, palette) .. ("set cbrange [%.10g:%.10g]\n"):format(low, high)
  local bar
  if given.colorbar ~= false then -- a point that is nowhere has a colour of the bar
    bar = {bytes = data.bytes(torch.tensor({{0 / 0, 0 / 0, low}}, {dtype = "float64"})), same = true, spans = false,
      binary = "record=(1) format='%double%double%double'", using = "1:2:3", words = "with points lc palette"}
  end
  return mapped_colors(values, palette, low, high, alpha), "lc rgb variable", setup, bar
end

--- gnuplot.scatter.
function points.scatter(name, ...)
  local list, title, given = read(name, scatter_options, "[name,] x, y [, options]", 2, 2, ...)
  local columns = vectors(name, {"x", "y"}, list)
  local n = #columns[1]
  local size = each(name, "size", given.size, n)
  if size == nil and given.size ~= nil then arguments.check(name, "size", nil, "positive", given.size) end
  local ink, ink_words, setup, bar = colors(name, given, n)
  columns[3], columns[4] = size, nil
  columns[#columns + 1] = ink
  local layer = data.rows(columns)
  style.title(name, layer, given, title)
  local mark = given.point and style.point(name, given.point) or 7
  local how = ("with points pt %d ps %s"):format(mark, size and "variable" or ("%g"):format(given.size or 1))
  layer.spans, layer.chart = {x = {1}, y = {2}}, {style = "points"}
  local color = not ink and given.color ~= nil and look.color(name, given.color) or nil
  layer.chart.color = color
  layer.words = function(place)
    return how .. " " .. (ink_words or "lc " .. look.rgb(color or look.color(name, place), given.alpha))
  end
  return {command = "plot", setup = setup, layers = {layer, bar}, bar = bar ~= nil}
end

-- ---- stairs and stems ------------------------------------------------------------------------

local stairs = {post = "steps", pre = "fsteps", mid = "histeps"}

local step_options = style.some "color width dash alpha label latex markup"
step_options[#step_options + 1] = {"where", "string"}
local stem_options = style.some "color width dash point size alpha label latex markup"

--- gnuplot.step.
function points.step(name, ...)
  local list, title, given = read(name, step_options, "[name,] x, y [, options]", 2, 2, ...)
  local columns = vectors(name, {"x", "y"}, list)
  local where = arguments.one_of(name, "where", nil, {"post", "pre", "mid"}, given.where or "post")
  local layer, ink = data.rows(columns), style.ink(name, given)
  style.title(name, layer, given, title)
  layer.spans, layer.chart = {x = {1}, y = {2}}, where == "post" and {style = "steps"} or nil
  layer.words = function(place) return ("with %s %s"):format(stairs[where], ink(place)) end
  return {command = "plot", setup = "", layers = {layer}}
end

--- gnuplot.stem.
function points.stem(name, ...)
  local list, title, given = read(name, stem_options, "[name,] [x,] y [, options]", 1, 2, ...)
  if #list == 1 then list = {data.count(#data.vector(name, list[1])), list[1]} end
  local columns = vectors(name, {"x", "y"}, list)
  local stems, tops = data.rows(columns), data.rows(columns)
  style.title(name, tops, given, title)
  stems.spans, tops.spans = {x = {1}, y = {2}, foot = true}, {x = {1}, y = {2}}
  local ink = style.ink(name, given)
  local marked = style.ink(name, setmetatable({size = given.size or 1}, {__index = given}), true)
  stems.words = function(place) return "with impulses " .. ink(place) end
  tops.words = function(place) return "with points " .. (given.point and "" or "pt 7 ") .. marked(place) end
  tops.same = true
  stems.chart, tops.chart = {style = "impulses"}, {style = "points", same = true}
  return {command = "plot", setup = "set xzeroaxis lt 1 lw 0.8 lc rgb '#888888'\n", layers = {stems, tops}}
end

-- ---- arrows ------------------------------------------------------------------------------------

--- x, y, dx, dy as vectors: from vectors, or from dx and dy (n, m) over x (n) and y (m).
local function field(name, list)
  local dx, dy = data.tensor(name, list[3], 1, 2), data.tensor(name, list[4], 1, 2)
  if dx.ndim == 1 then return vectors(name, {"x", "y", "dx", "dy"}, list) end
  local x, y = data.tensor(name, list[1], 1, 2), data.tensor(name, list[2], 1, 2)
  local n, m = dx.shape[1], dx.shape[2]
  if x.ndim == 1 and #x == n then x = x:unsqueeze(2):expand(n, m) end
  if y.ndim == 1 and #y == m then y = y:unsqueeze(1):expand(n, m) end
  for i, t in ipairs{x, y, dx, dy} do
    if t.shape ~= dx.shape then
      arguments.fail("%s: expected x of %d and y of %d numbers, or all of the shape of dx, %d×%d; '%s' is %s", name, n,
        m, n, m, ({"x", "y", "dx", "dy"})[i], options.describe(list[i]))
    end
  end
  return {x:flatten(), y:flatten(), dx:flatten(), dy:flatten()}
end

--- The factor with which the longest arrow is as long as the arrows are apart, about.
local function fitting(columns)
  local x, y, dx, dy = table.unpack(columns)
  local across, up = (x:max() - x:min()):item(), (y:max() - y:min()):item()
  local apart = math.sqrt(#x)
  local longest = math.max(dx:abs():max():item() / math.max(across, 1e-300),
    dy:abs():max():item() / math.max(up, 1e-300))
  if not (longest > 0) or longest == math.huge then return 1 end
  return 0.9 / math.max(apart - 1, 1) / longest
end

--- gnuplot.quiver.
function points.quiver(name, ...)
  local list, title, given = read(name, {{"scale", "positive"}, {"color", "any"}, {"width", "positive"},
    {"palette", "string"}, {"label", "string"}, {"latex", "boolean"}, {"markup", "boolean"}},
    "[name,] x, y, dx, dy [, options]", 4, 4, ...)
  if given.color ~= nil and given.palette then arguments.fail("%s: 'color' and 'palette' exclude each other", name) end
  local columns = field(name, list)
  local length = (columns[3] ^ 2 + columns[4] ^ 2):sqrt()
  local scale = given.scale or fitting(columns)
  columns[3], columns[4] = columns[3] * scale, columns[4] * scale
  columns[5], columns[6], columns[7] = length, columns[1] + columns[3], columns[2] + columns[4]
  local layer = data.rows(columns)
  style.title(name, layer, given, title)
  layer.spans, layer.using = {x = {1, 6}, y = {2, 7}}, "1:2:3:4"
  local head = ("with vectors head filled size screen 0.012,20,60 lw %g"):format(given.width or 1.5)
  if given.palette then
    layer.using, layer.words = "1:2:3:4:5", head .. " lc palette"
    return {command = "plot", setup = palettes.command(name, given.palette), layers = {layer}, bar = true}
  end
  local color = given.color ~= nil and look.color(name, given.color)
  layer.words = function(place) return head .. " lc " .. look.rgb(color or look.color(name, place)) end
  return {command = "plot", setup = "", layers = {layer}}
end

return points
