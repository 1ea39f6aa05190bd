--- What is written and drawn over the plots of a panel: texts, arrows, lines across it, bands. gnuplot.lua makes them
-- its own. They go with the plots: the next plot without hold takes their place.
local Figure = require "gnuplot.figure"
local arguments = require "gnuplot.arguments"
local current = require "gnuplot.current"
local language = require "gnuplot.language"
local look = require "gnuplot.look"
local options = require "torch.utils.options"
local style = require "gnuplot.style"

local marks = {}

local ink = {{"color", "any"}, {"width", "positive"}, {"dash", "string"}, {"alpha", "fraction"}}
local letters = {{"color", "any"}, {"size", "positive"}, {"align", "any"}, {"rotate", "number"}, {"box", "boolean"},
  {"latex", "boolean"}, {"markup", "boolean"}}

local function known(...)
  local list = {}
  for _, part in ipairs{...} do table.move(part, 1, #part, #list + 1, list) end
  return list
end

local function check_number(name, parameter, position, value)
  if type(value) == "userdata" and options.field(value, "item") then value = value:item() end
  if type(value) ~= "number" or value - value ~= 0 then
    arguments.wrong(name, parameter, position, "a finite number", value)
  end
  return value
end

--- {x, y}.
local function check_place(name, parameter, position, value)
  if type(value) ~= "table" or #value ~= 2 then arguments.wrong(name, parameter, position, "{x, y}", value) end
  return check_number(name, parameter .. "[1]", nil, value[1]), check_number(name, parameter .. "[2]", nil, value[2])
end

--- Adds a mark: its command, the places that the axes are to show, and what a chart of characters draws.
local function add(name, command, places, drawn)
  current.report(name, nil, current.figure():try(Figure.mark, {command = command, places = places, drawn = drawn}))
end

local function color_of(name, given, default)
  return given.color ~= nil and look.color(name, given.color) or default
end

--- gnuplot's words for a line.
local function line_words(name, given, default)
  local dash = given.dash and style.dash(name, given.dash) or 1
  return ("lc %s lw %g dt %d"):format(look.rgb(color_of(name, given, default), given.alpha), given.width or 1.5, dash)
end

local aligns = {"left", "center", "right"}

--- gnuplot's command for a text at `where`.
local function label(name, where, text, given, more)
  local shown, mode = language.shown(name, text, given)
  if given.align ~= nil then arguments.one_of(name, "align", nil, aligns, given.align) end
  local words = {("set label %s at %s %s %s front textcolor rgb '%s'"):format(language.words(shown), where,
    given.align or "left", mode, color_of(name, given, "#222222"))}
  if given.size then words[#words + 1] = ("font ',%g'"):format(given.size) end
  if given.rotate then words[#words + 1] = ("rotate by %g"):format(given.rotate) end
  if given.box then
    words[#words + 1] = "boxed"
    words[1] = "set style textbox opaque fillcolor rgb '#ffffff' bordercolor rgb '#bbbbbb' margins 0.6,0.4\n"
      .. words[1]
  end
  return table.concat(words, " ") .. (more or ""), shown
end

local function at(x, y) return ("first %.10g, first %.10g"):format(x, y) end

--- A text at the place (x, y) of the axes: text(x, y, "here"). Options: color, size (points), align ("left", "center",
-- "right"), rotate (degrees), box, and latex and markup as of `title`.
function marks.text(x, y, text, given)
  local name = "gnuplot.text"
  x, y = check_number(name, "x", 1, x), check_number(name, "y", 2, y)
  arguments.string(name, "text", 3, text)
  given = arguments.named(name, letters, given or {})
  local command, shown = label(name, at(x, y), text, given)
  add(name, command, {{x, y}}, {kind = "text", x = x, y = y, text = shown, align = given.align})
end

local heads = {[true] = "head filled size screen 0.015,20,60", [false] = "nohead",
  both = "heads filled size screen 0.015,20,60"}

local function arrow_command(from, to, words, head)
  return ("set arrow from %s to %s %s front %s"):format(from, to, heads[head], words)
end

--- An arrow from (x1, y1) to (x2, y2). Options: color, width, dash, alpha, head (true, false or "both").
function marks.arrow(x1, y1, x2, y2, given)
  local name = "gnuplot.arrow"
  local from = {check_number(name, "x1", 1, x1), check_number(name, "y1", 2, y1)}
  local to = {check_number(name, "x2", 3, x2), check_number(name, "y2", 4, y2)}
  given = arguments.named(name, known(ink, {{"head", "any"}}), given or {})
  local head = given.head
  if head == nil then head = true end
  if heads[head] == nil then arguments.wrong(name, "head", nil, "true, false or 'both'", head) end
  add(name, arrow_command(at(from[1], from[2]), at(to[1], to[2]), line_words(name, given, "#444444"), head),
    {from, to}, {kind = "arrow", from = from, to = to})
end

--- A text with an arrow to a point: annotate("the best", {x, y}, {text_x, text_y}). Options as of `text`, and width.
function marks.annotate(text, point, place, given)
  local name = "gnuplot.annotate"
  arguments.string(name, "text", 1, text)
  local x, y = check_place(name, "point", 2, point)
  local left, top = check_place(name, "place", 3, place)
  given = arguments.named(name, known(letters, {{"width", "positive"}}), given or {})
  local color = color_of(name, given, "#444444")
  if given.align == nil then given.align = left > x and "left" or left < x and "right" or "center" end
  local shift = given.align == "left" and " offset 0.5,0" or given.align == "right" and " offset -0.5,0"
    or top > y and " offset 0,0.6" or " offset 0,-0.6"
  local words, shown = label(name, at(left, top), text, given, shift)
  local arrow = arrow_command(at(left, top), at(x, y), ("lc rgb '%s' lw %g"):format(color, given.width or 1.2), true)
  add(name, arrow .. "\n" .. words, {{x, y}, {left, top}},
    {kind = "text", x = left, y = top, text = shown, align = given.align, from = {left, top}, to = {x, y}})
end

--- A line across the panel, at `value` of the axis `axis`.
local function across(name, axis, value, given)
  value = check_number(name, axis, 1, value)
  given = arguments.named(name, known(ink, {{"label", "string"}}), given or {})
  local place = axis == "x" and {value} or {nil, value}
  local function point(end_) -- on the frame
    if axis == "x" then return ("first %.10g, graph %g"):format(value, end_) end
    return ("graph %g, first %.10g"):format(end_, value)
  end
  local command = ("set arrow from %s to %s nohead back %s"):format(point(0), point(1),
    line_words(name, given, "#777777"))
  if given.label then
    command = command .. "\n" .. label(name, point(0.99), given.label, {align = "right", color = given.color},
      axis == "x" and " rotate by 90 offset -0.7,0" or " offset 0,0.5")
  end
  add(name, command, {place}, {kind = "line", axis = axis, value = value, text = given.label})
end

--- A vertical line across the panel: vline(x). Options: color, width, dash, alpha, label.
function marks.vline(x, given) across("gnuplot.vline", "x", x, given) end

--- A horizontal line across the panel: hline(y). Options as of vline.
function marks.hline(y, given) across("gnuplot.hline", "y", y, given) end

--- A band across the panel: span("x", from, to) from left to right, span("y", …) from below up. Options: color, alpha
-- (0.2).
function marks.span(axis, from, to, given)
  local name = "gnuplot.span"
  arguments.one_of(name, "axis", 1, {"x", "y"}, axis)
  from, to = check_number(name, "from", 2, from), check_number(name, "to", 3, to)
  given = arguments.named(name, {{"color", "any"}, {"alpha", "fraction"}}, given or {})
  local a, b
  if axis == "x" then
    a, b = ("first %.10g, graph 0"):format(from), ("first %.10g, graph 1"):format(to)
  else
    a, b = ("graph 0, first %.10g"):format(from), ("graph 1, first %.10g"):format(to)
  end
  local command = ("set object rectangle from %s to %s behind fc rgb '%s' fs transparent solid %g noborder"):format(
    a, b, color_of(name, given, "#e69f00"), given.alpha or 0.2)
  local places = axis == "x" and {{from}, {to}} or {{nil, from}, {nil, to}}
  add(name, command, places, {kind = "span", axis = axis, from = from, to = to})
end

return marks
