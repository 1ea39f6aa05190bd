--- A live curve as commands for gnuplot.
--
-- A picture is {title =, logy =, curves =, marks =}: curves as gnuplot.chart takes them,
-- with {name, x, y, behind = {x, y}, best = {x, y}}, marks as {x =, text =}.
local look = require "gnuplot.look"
local language = require "gnuplot.language"
local ticks = require "gnuplot.ticks"

local picture = {}

--- A block of data; a value that is not a number is an empty line, which is a gap.
local function block(name, x, y)
  local rows = {}
  for i, value in ipairs(y) do
    rows[i] = value == value and ("%.10g %.10g\n"):format(x[i], value) or "\n"
  end
  return ("$%s << EOD\n%sEOD\n"):format(name, table.concat(rows))
end

--- The colour of curve `i`, mixed with white.
local function pale(i)
  return (look.color("", i):gsub("%x%x",
    function(part) return ("%02x"):format(255 - (255 - tonumber(part, 16)) // 4) end))
end

--- Adds one curve to the data and to the list of what is plotted.
local function add_curve(script, plots, i, curve)
  local n = #curve.y
  if n == 0 then return end
  if #curve.behind.y > 0 then
    script[#script + 1] = block("behind" .. i, curve.behind.x, curve.behind.y)
    table.insert(plots, 1, ("$behind%d with lines lw 1 lc rgb '%s' notitle"):format(i, pale(i)))
  end
  script[#script + 1] = block("curve" .. i, curve.x, curve.y)
  plots[#plots + 1] = ("$curve%d with %s lt %d title %s noenhanced"):format(i,
    n > 1 and "lines" or "points", i, language.words(curve.name))
  if curve.best then
    script[#script + 1] = block("best" .. i, {curve.best.x}, {curve.best.y})
    plots[#plots + 1] = ("$best%d with points lt %d pt 6 ps 1.4 notitle"):format(i, i)
  end
end

local function mark_commands(mark)
  return ("set arrow from first %.10g, graph 0 to first %.10g, graph 1 nohead dt 2 lc rgb"
    .. " '#999999' back\nset label %s at first %.10g, graph 0.99 right rotate by 90 offset 0.8,0"
    .. " noenhanced font ',9' tc rgb '#777777' back\n"):format(mark.x, mark.x,
      language.words(mark.text), mark.x)
end

--- The least and the greatest number of the curves along `key`, and whether all are whole; nil: there are none.
local function range_of(curves, key)
  local low, high, whole = math.huge, -math.huge, true
  for _, curve in ipairs(curves) do
    for _, set in ipairs{curve, curve.behind} do
      for i, value in ipairs(set[key]) do
        if value - value == 0 and set.y[i] - set.y[i] == 0 then
          low, high, whole = math.min(low, value), math.max(high, value), whole and value == value // 1
        end
      end
    end
  end
  if low <= high then return low, high, whole end
end

--- The commands for one axis: some room, ticks that have room, at whole numbers where all are.
local function axis_commands(p, key, view)
  local low, high, whole = range_of(p.curves, key)
  local log = key == "y" and p.logy
  if low == nil or low == high or log and low <= 0 then return "" end
  local room = key == "x" and 0.02 or 0.04
  local axis = {low = low - (high - low) * room, high = high + (high - low) * room, whole = whole, log = log or false}
  if log then axis.low, axis.high = low / (high / low) ^ room, high * (high / low) ^ room end
  local text = {letter = view.points * 0.82, height = view.points * 1.7}
  return (ticks.commands(key, axis, {width = view.size[1] - 9 * text.letter, height = view.size[2] - 6 * text.height,
    text = text, free = view.free}))
end

--- The commands that draw `p`, which has points, once, on whatever terminal is set. `view` is as of gnuplot.script.
function picture.commands(p, view)
  local script, plots = {"reset\n" .. look.commands(), look.background()}, {}
  for i, curve in ipairs(p.curves) do add_curve(script, plots, i, curve) end
  script[#script + 1] = "set title " .. language.words(p.title) .. " noenhanced\n"
  script[#script + 1] = "set key tmargin center horizontal\nset grid\nset xlabel 'step'\n"
    .. "set rmargin 3\n"
  if p.logy then script[#script + 1] = "set logscale y\n" end
  script[#script + 1] = axis_commands(p, "x", view) .. axis_commands(p, "y", view)
  for _, mark in ipairs(p.marks) do script[#script + 1] = mark_commands(mark) end
  script[#script + 1] = "plot " .. table.concat(plots, ", ") .. "\n"
  return table.concat(script)
end

return picture
