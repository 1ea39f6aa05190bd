--- Colours, lines and palettes of figures. The colours of curves are those of Okabe
-- and Ito, which people who confuse red and green can tell apart
-- (https://jfly.uni-koeln.de/color/), the darker ones first.
local arguments = require "gnuplot.arguments"
local options = require "torch.utils.options"
local language = require "gnuplot.language"

local look = {}

--- The colours of curves in their order.
look.colors = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f5aa8",
  "#555555"}

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
    return look.colors[(number - 1) % #look.colors + 1]
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

-- Maps of numbers to colours, from their least to their greatest; all but rainbow get
-- steadily lighter or (coolwarm, blues) tell two ends or one apart without hue alone.
local palettes = {
  gray = {"#000000", "#ffffff"},
  blues = {"#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"},
  viridis = {"#440154", "#472c7a", "#3b518b", "#2c718e", "#21908d", "#27ad81", "#5cc863",
    "#aadc32", "#fde725"},
  magma = {"#000004", "#1c1044", "#4f127b", "#812581", "#b5367a", "#e55964", "#fb8761",
    "#fec287", "#fcfdbf"},
  coolwarm = {"#3b4cc0", "#6788ee", "#9abbff", "#c9d7f0", "#dddddd", "#edd1c2", "#f7a889",
    "#e26952", "#b40426"},
  rainbow = {"#30123b", "#4686fb", "#1ae4b6", "#a2fc3c", "#faba39", "#e4460a", "#7a0403"},
}
palettes.grey, palettes.color, palettes.jet = palettes.gray, palettes.viridis, palettes.rainbow

--- The command that sets a palette: one of the names above, or what gnuplot takes
-- after "set palette".
function look.palette(name, value)
  arguments.string(name, "palette", nil, value)
  local steps = palettes[value]
  language.check_palette(name, value)
  if steps == nil then return "set palette " .. value .. "\n" end
  local parts = {}
  for i, color in ipairs(steps) do
    parts[i] = ("%.4g '%s'"):format((i - 1) / (#steps - 1), color)
  end
  return ("set palette defined (%s)\n"):format(table.concat(parts, ", "))
end

local function line_types()
  local lines = {}
  for i, color in ipairs(look.colors) do
    lines[i] = ("set linetype %d lc rgb '%s' lw 2 pt 7 ps 0.7 dt 1\n"):format(i, color)
  end
  return table.concat(lines) .. ("set linetype cycle %d\n"):format(#look.colors)
end

--- What every picture begins with, after `reset`.
look.commands = line_types() .. [[
set border 3 lw 1 lc rgb '#444444'
set tics nomirror scale 0.6
set key noautotitle outside above right horizontal samplen 2 spacing 1.1
set style fill solid 1 noborder
set style line 100 lc rgb '#dddddd' lw 1
set colorbox noborder
]]

return look
