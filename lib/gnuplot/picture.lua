--- A live curve as commands for gnuplot.
--
-- A picture is {title =, logy =, curves =, marks =}: curves as gnuplot.chart takes them,
-- with {name, x, y, behind = {x, y}, best = {x, y}}, marks as {x =, text =}.
local look = require "gnuplot.look"
local language = require "gnuplot.language"

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

--- The commands that draw `p` once, on whatever terminal is set; nil when there is
-- nothing to draw.
function picture.commands(p)
  local script, plots = {"reset\n" .. look.commands(), look.background()}, {}
  for i, curve in ipairs(p.curves) do add_curve(script, plots, i, curve) end
  if #plots == 0 then return nil end
  script[#script + 1] = "set title " .. language.words(p.title) .. " noenhanced\n"
  script[#script + 1] = "set key tmargin center horizontal\nset grid\nset xlabel 'step'\n"
    .. "set rmargin 3\n"
  if p.logy then script[#script + 1] = "set logscale y\n" end
  for _, mark in ipairs(p.marks) do script[#script + 1] = mark_commands(mark) end
  script[#script + 1] = "plot " .. table.concat(plots, ", ") .. "\n"
  return table.concat(script)
end

return picture
