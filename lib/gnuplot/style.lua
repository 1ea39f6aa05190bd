--- How a curve is drawn: Torch7's letters, gnuplot's own words, or a table.
local arguments = require "gnuplot.arguments"
local look = require "gnuplot.look"
local options = require "torch.utils.options"
local language = require "gnuplot.language"

local style = {}

local MANY = 100 -- points: beyond that a curve has no point marks by default

--- White edges between boxes that touch.
style.edge = "fs solid border lc rgb '#ffffff'"

local letters = {
  ["."] = "dots", dots = "dots", ["+"] = "points", points = "points", ["-"] = "lines",
  lines = "lines", ["+-"] = "linespoints", ["-+"] = "linespoints", linespoints = "linespoints",
  ["|"] = "boxes", boxes = "boxes", bars = "boxes", steps = "steps", impulses = "impulses",
  ["~"] = "csplines", csplines = "csplines", acsplines = "acsplines", v = "vectors",
  V = "vectors", vectors = "vectors",
}

-- Words that gnuplot's own text for a curve may begin with.
local own = {}
for word in ("with w wi smooth s using u axes axis title t notitle lt lc lw ls pt ps dt every"
  .. " linetype linecolor linewidth linestyle pointtype pointsize dashtype"):gmatch("%S+") do
  own[word] = true
end

-- The plotting styles of gnuplot.
local plotting = {}
for word in ("lines points linespoints lp dots impulses labels steps fsteps histeps fillsteps errorbars xerrorbars"
  .. " yerrorbars xyerrorbars errorlines xerrorlines yerrorlines xyerrorlines vectors filledcurves boxes boxerrorbars"
  .. " boxxyerror boxplot candlesticks financebars histograms circles ellipses image rgbimage rgbalpha parallelaxes"
  .. " polygons arrows zerrorfill"):gmatch "%S+" do plotting[#plotting + 1] = word end

local dashes = {
  ["-"] = 1, solid = 1, ["--"] = 2, dashed = 2, [":"] = 3, dotted = 3, ["-."] = 4, dashdot = 4,
}

local points = {
  o = 7, O = 6, ["+"] = 1, x = 2, ["*"] = 3, s = 5, S = 4, ["^"] = 9, v = 11, d = 13,
}

--- The options of a style table, for messages and for the tables of other functions.
style.known = {
  {"style", "string"}, {"color", "any"}, {"width", "positive"}, {"dash", "string"},
  {"point", "any"}, {"size", "positive"}, {"alpha", "fraction"}, {"label", "string"},
  {"axis", "count"}, {"latex", "boolean"}, {"markup", "boolean"},
}

--- The entries of `known` that are named.
function style.some(words)
  local list = {}
  for _, entry in ipairs(style.known) do
    if (" " .. words .. " "):find(" " .. entry[1] .. " ", 1, true) then list[#list + 1] = entry end
  end
  return list
end

local function one_of(name, key, known, value)
  if known[value] then return known[value] end
  local names = {}
  for word in pairs(known) do names[#names + 1] = word end
  table.sort(names)
  arguments.fail("%s: '%s': expected one of %s, got %s", name, key, table.concat(names, " "),
    options.describe(value))
end

--- The number of a dash.
function style.dash(name, value) return one_of(name, "dash", dashes, value) end

--- The number of the mark of points.
function style.point(name, value) return options.integer(value) or one_of(name, "point", points, value) end

--- The title of a layer, and how it shows: what the options say, else `title`.
function style.title(name, layer, given, title)
  local text = given.label or title
  if text == nil then return end
  layer.title, layer.mode = language.shown(name, text, given)
end

--- The colour and the line of a style table as gnuplot's words; a function of the
-- colour that a curve gets by its place. `pointed`: it has points.
function style.ink(name, given, pointed)
  local color = given.color ~= nil and look.color(name, given.color)
  local rest = {}
  if given.width then rest[#rest + 1] = ("lw %g"):format(given.width) end
  if given.dash then rest[#rest + 1] = ("dt %d"):format(style.dash(name, given.dash)) end
  if given.point and pointed then
    rest[#rest + 1] = ("pt %d"):format(style.point(name, given.point))
  end
  if given.size and pointed then rest[#rest + 1] = ("ps %g"):format(given.size) end
  rest = table.concat(rest, " ")
  return function(place)
    local ink = ("lt %d lc %s"):format(place,
      look.rgb(color or look.color(name, place), given.alpha))
    return rest == "" and ink or ink .. " " .. rest
  end
end

local pointed = {points = true, linespoints = true}

local function plain(name, word, given)
  for _, key in ipairs{"point", "size"} do
    if given[key] ~= nil and not pointed[word] then
      arguments.fail("%s: '%s' needs a style with points, such as '+' or '+-'", name, key)
    end
  end
  local draw = (word == "csplines" or word == "acsplines") and "smooth " .. word or "with " .. word
  if word == "boxes" then draw = draw .. " " .. style.edge end
  local ink = style.ink(name, given, pointed[word])
  local axes = ""
  if given.axis == 2 then axes = "axes x1y2 "
  elseif given.axis and given.axis ~= 1 then
    arguments.fail("%s: 'axis': expected 1 or 2, got %d", name, given.axis)
  end
  local thin = word == "boxes" and not given.width and " lw 0.5" or ""
  return function(place) return axes .. draw .. " " .. ink(place) .. thin end
end

local COLORS <const> = {r = "red", g = "green", b = "blue", k = "black", c = "cyan", m = "magenta", y = "yellow"}

--- What to write for Matplotlib's style, as "r--" or "bo-"; nil: it is none.
local function matplotlib(word)
  local color = word:match "^%a" and COLORS[word:sub(1, 1)]
  local point, dash = word:sub(color and 2 or 1):match "^([o^sd*x+.]?)([-:.]*)$"
  if not point or word == "" or #dash > 2 or dash ~= "" and not dashes[dash] then return nil end
  local dotted = point == "."
  local text = point == "" and "-" or dotted and "." or dash == "" and "+" or "+-"
  local list = {("write '%s'"):format(text)}
  if color then list[#list + 1] = ("color = '%s'"):format(color) end
  if point ~= "" and points[point] and point ~= "+" then list[#list + 1] = ("point = '%s'"):format(point) end
  if dash ~= "" and dash ~= "-" then list[#list + 1] = ("dash = '%s'"):format(dash) end
  if #list == 1 then return list[1] end
  return ("write '%s', {%s}"):format(text, table.concat(list, ", ", 2))
end

--- Raises unless the style that gnuplot's words name is one of its own, or the beginning of one.
local function check_plotting(name, words)
  local named = (" " .. words):match("%sw[ith]*%s+(%S+)")
  if named == nil then return end
  for _, style_name in ipairs(plotting) do
    if style_name:sub(1, #named) == named then return end
  end
  local hint = matplotlib(named)
  if hint then arguments.fail("%s: 'style': there is no style '%s': %s", name, named, hint) end
  hint = options.suggest(named, plotting)
  arguments.fail("%s: 'style': there is no style '%s'%s (styles: '-' lines, '+' points, '+-' both, '.' dots, '|' boxes,"
    .. " '~' splines, 'v' vectors, or gnuplot's: %s)", name, named, hint, table.concat(plotting, " "))
end

--- Reads a style: `format` is a string or nil, `given` a table of options, `n` the
-- number of points. Returns {words = function(place of the curve) → gnuplot's words,
-- kind = "lines" …, nil where the words are the user's, weight = of a smoothing
-- spline, color = "#rrggbb" where it is given, label =, axis =}.
function style.read(name, format, given, n)
  given = arguments.named(name, style.known, given)
  format = format or given.style
  local result = {given = given, axis = given.axis}
  if format == nil or format == "" then
    local bare = n > MANY or given.dash
    format = bare and not given.point and "lines" or "linespoints"
  end
  language.check_style(name, format)
  local weight = format:match("^~%s*([%d.eE+-]+)$") or format:match("^acsplines%s+([%d.eE+-]+)$")
  local kind = letters[format] or weight and "acsplines"
  if kind then
    result.kind, result.words = kind, plain(name, kind, given)
    result.color = given.color ~= nil and look.color(name, given.color) or nil
    result.weight = kind == "acsplines" and (tonumber(weight) or 1) or nil
    return result
  end
  local words = own[format:match("^%a*")] and format or "with " .. format
  check_plotting(name, words)
  local ink = (given.color or given.width or given.dash or given.point or given.size)
    and style.ink(name, given, true)
  result.titled = words:find("%f[%a]n?o?title%f[%A]") ~= nil
  function result.words(place) return ink and words .. " " .. ink(place) or words end
  return result
end

return style
