--- The commands for the ranges of axes, and for ticks that have room: as many as fit, at whole numbers where only whole
-- numbers are, in one style on a logarithmic axis.
local Axis = require "gnuplot.axis"
local language = require "gnuplot.language"

local ticks = {}

local MOST = 9 -- ticks with a number
local raised = {["-"] = "⁻", ["0"] = "⁰", ["1"] = "¹", ["2"] = "²", ["3"] = "³", ["4"] = "⁴", ["5"] = "⁵",
  ["6"] = "⁶", ["7"] = "⁷", ["8"] = "⁸", ["9"] = "⁹"}

--- "1e-5" as "10⁻⁵", "2e7" as "2·10⁷".
local function pretty(label)
  local factor, power = label:match "^(-?[%d.]+)e(-?%d+)$"
  if factor == nil then return label end
  local text = "10" .. power:gsub(".", raised)
  return factor == "1" and text or factor .. "·" .. text
end

--- At most so many ticks that their numbers, `width` (a letter) wide, or high, have room on `length` pixels.
local function fitting(axis, length, letter, height, whole)
  local most = math.max(2, math.min(MOST, length // (height and height * 1.9 or letter * 3)))
  while height and most < MOST and #axis:ticks(most, whole) < 2 do most = most + 1 end
  for n = most, 2, -1 do
    local list, longest = axis:ticks(n, whole), 1
    for _, tick in ipairs(list) do longest = math.max(longest, utf8.len(pretty(tick.label))) end
    if height or #list < 2 or length / (#list - 1) >= (longest + 1.6) * letter then return list end
  end
  return axis:ticks(2, whole)
end

--- Small ticks between powers of ten.
local function minor(parts, axis)
  local from, to = math.floor(math.log(axis.lo, 10)), math.ceil(math.log(axis.hi, 10))
  if to - from > 8 then return end
  for power = from, to do
    for factor = 2, 9 do parts[#parts + 1] = ("'' %.10g 1"):format(factor * 10.0 ^ power) end
  end
end

--- The ticks of an axis, `along` it a length in pixels: an array of {value, label}.
local function list_of(axis, along, text, is_vertical)
  local low, high = math.min(axis.low, axis.high), math.max(axis.low, axis.high)
  local scale = Axis.new(low, high, axis.log)
  local list = fitting(scale, along, text.letter, is_vertical and text.height, axis.whole)
  for _, tick in ipairs(list) do tick.label = pretty(tick.label) end
  return list, scale
end

--- The commands for the axis `key` of gnuplot, and how many letters its longest number has. `view` is {width, height =
-- of the plot in pixels, letter, height of text, free = ticks are left to gnuplot, for a window is zoomed}. `style`
-- is "bare" for a range alone, "hidden" for ticks without numbers.
function ticks.commands(key, axis, view, style)
  if axis.unknown or axis.low == nil then return "", 5 end
  if axis.log and not (axis.low > 0 and axis.high > 0) then return "", 5 end
  if axis.low == axis.high then return "", 5 end
  local out = axis.exact and "" or ("set %srange [%.10g:%.10g]\n"):format(key, axis.low, axis.high)
  if style == "bare" then return out, 5 end
  if view.free then
    local few = axis.whole and not axis.log and math.abs(axis.high - axis.low) < MOST + 2
    return out .. (few and ("set %stics 1\n"):format(key) or ""), 5
  end
  local vertical = key ~= "x"
  local list, scale = list_of(axis, vertical and view.height or view.width, view.text, vertical)
  if #list == 0 then return out, 5 end
  local parts, longest = {}, 0
  for i, tick in ipairs(list) do
    parts[i] = ("%s %.10g"):format(language.words(style == "hidden" and "" or tick.label), tick.value)
    longest = math.max(longest, style == "hidden" and 0 or utf8.len(tick.label))
  end
  if axis.log then minor(parts, scale) end
  return out .. ("set %stics (%s)\n"):format(key, table.concat(parts, ", ")), longest
end

return ticks
