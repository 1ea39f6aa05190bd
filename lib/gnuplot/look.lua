--- Colours and lines of figures.
local arguments = require "gnuplot.arguments"
local options = require "torch.utils.options"
local sheets = require "gnuplot.sheets"

local look = {}

local named = {
  blue = "#0072b2", red = "#d62728", green = "#009e73", orange = "#e69f00", purple = "#7f5aa8",
  pink = "#cc79a7", cyan = "#56b4e9", yellow = "#f0e442", brown = "#8c564b", gray = "#7f7f7f",
  grey = "#7f7f7f", black = "#000000", white = "#ffffff", vermillion = "#d55e00",
}

--- "#rrggbb" of a colour: one of the names above, "#rrggbb", the number of a curve's
-- colour (1 …), or {red, green, blue} from 0 to 1.
function look.color(name, value)
  local number = options.integer(value)
  if number and number > 0 then
    local colors = sheets.current().colors
    return colors[(number - 1) % #colors + 1]
  elseif type(value) == "string" then
    if named[value] then return named[value] end
    if value:find("^#%x%x%x%x%x%x$") then return value:lower() end
  elseif type(value) == "table" and #value == 3 then
    local hex = "#"
    for i = 1, 3 do
      local part = value[i]
      if type(part) ~= "number" or part < 0 or part > 1 then hex = nil break end
      hex = hex .. ("%02x"):format(math.floor(part * 255 + 0.5))
    end
    if hex then return hex end
  end
  local names = {}
  for key in pairs(named) do names[#names + 1] = key end
  table.sort(names)
  arguments.fail("%s: 'color': expected '#rrggbb', a positive integer, {red, green, blue} from 0"
    .. " to 1, or a name (%s), got %s%s", name, table.concat(names, ", "),
    options.describe(value), type(value) == "string" and options.suggest(value, names) or "")
end

--- A colour of gnuplot: "#rrggbb" as seen through at `alpha` (1: opaque).
function look.rgb(color, alpha)
  if alpha == nil or alpha >= 1 then return ("rgb '%s'"):format(color) end
  return ("rgb '#%02x%s'"):format(math.floor((1 - alpha) * 255 + 0.5), color:sub(2))
end

local function line_types(sheet)
  local lines, n = {}, #sheet.colors
  for i = 1, n * #sheet.dashes do
    local dash = sheet.dashes[#sheet.dashes > 1 and (i - 1) % #sheet.dashes + 1 or 1]
    lines[i] = ("set linetype %d lc rgb '%s' lw %g pt 7 ps %g dt %d\n"):format(i, sheet.colors[(i - 1) % n + 1],
      sheet.width, sheet.size, dash)
  end
  return table.concat(lines) .. ("set linetype cycle %d\n"):format(#lines)
end

--- What every picture begins with, after `reset`.
function look.commands()
  local sheet = sheets.current()
  local parts = {line_types(sheet), ("set border %d lw 1 lc rgb '%s'\n"):format(sheet.box and 15 or 3, sheet.ink),
    ("set tics nomirror %s scale 0.6 textcolor rgb '%s'\n"):format(sheet.box and "in" or "out", sheet.text),
    sheet.box and "set xtics mirror\nset ytics mirror\n" or "",
    ("set key noautotitle outside above right horizontal reverse Left samplen 2 spacing 1.1 textcolor rgb '%s'\n")
      :format(sheet.text),
    "set style fill solid 1 noborder\nset colorbox noborder\n",
    ("set style line 100 lc rgb '%s' lw 1\n"):format(sheet.line)}
  for _, what in ipairs{"title", "xlabel", "ylabel", "zlabel", "y2label", "cblabel"} do
    parts[#parts + 1] = ("set %s textcolor rgb '%s'\n"):format(what, sheet.text)
  end
  if sheet.grid then parts[#parts + 1] = "set grid xtics ytics ls 100\n" end
  return table.concat(parts)
end

--- The background of a whole figure, where the sheet has one.
function look.background()
  local color = sheets.current().background
  if color == nil then return "" end
  return ("set object 9999 rectangle from screen 0,0 to screen 1,1 behind fc rgb '%s' fs solid 1 noborder\n")
    :format(color)
end

return look
