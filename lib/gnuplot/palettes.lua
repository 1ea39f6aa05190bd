--- Maps of numbers to colours, by name, from their least to their greatest.
local arguments = require "gnuplot.arguments"
local language = require "gnuplot.language"
local options = require "torch.utils.options"

local palettes = {}

-- The uniform ones and the diverging ones get steadily lighter, or tell two ends or one apart without hue alone.
local known = {
  gray = "000000 ffffff",
  blues = "f7fbff c6dbef 6baed6 2171b5 08306b",
  greens = "f7fcf5 c7e9c0 74c476 238b45 00441b",
  oranges = "fff5eb fdd0a2 fd8d3c d94801 7f2704",
  viridis = "440154 472c7a 3b518b 2c718e 21908d 27ad81 5cc863 aadc32 fde725",
  magma = "000004 1c1044 4f127b 812581 b5367a e55964 fb8761 fec287 fcfdbf",
  plasma = "0d0887 4b03a1 7d03a8 a82296 cb4679 e56b5d f89441 fdc328 f0f921",
  inferno = "000004 1f0c48 550f6d 88226a ba3655 e35933 f98c0a f9c932 fcffa4",
  cividis = "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 fee838",
  coolwarm = "3b4cc0 6788ee 9abbff c9d7f0 dddddd edd1c2 f7a889 e26952 b40426",
  redblue = "67001f b2182b d6604d f4a582 f7f7f7 92c5de 4393c3 2166ac 053061",
  spectral = "9e0142 d53e4f f46d43 fdae61 fee08b ffffbf e6f598 abdda4 66c2a5 3288bd 5e4fa2",
  rainbow = "30123b 4686fb 1ae4b6 a2fc3c faba39 e4460a 7a0403",
  hot = "0b0000 ff0000 ffff00 ffffff",
  twilight = "e2d9e2 9ebbc9 6785be 5e43a5 2f1436 6b1d4e b25652 d2a582 e2d9e2",
}
known.grey, known.color, known.jet, known.turbo = known.gray, known.viridis, known.rainbow, known.rainbow

-- The words that may stand after gnuplot's "set palette".
local own = {}
for word in ("gray color rgbformulae rgb defined file functions cubehelix viridis model positive negative gamma"
  .. " maxcolors nops_allcF ps_allcF"):gmatch "%S+" do own[word:lower()] = true end

--- The names of the palettes, sorted.
function palettes.names()
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- An array of "#rrggbb" from the least to the greatest; nil for a palette in gnuplot's words.
function palettes.colors(value)
  local text, list = known[value], {}
  if text == nil then return nil end
  for hex in text:gmatch "%x+" do list[#list + 1] = "#" .. hex end
  return list
end

--- Raises unless `value` is a palette: a name, or what gnuplot takes after "set palette".
function palettes.check(name, value)
  arguments.string(name, "palette", nil, value)
  if known[value] then return end
  language.check_palette(name, value)
  if own[(value:match "^[%w_]+" or ""):lower()] then return end
  local names = palettes.names()
  arguments.fail("%s: 'palette': there is no palette '%s'%s (known: %s, or what gnuplot takes after 'set palette')",
    name, value, options.suggest(value, names), table.concat(names, ", "))
end

--- The command that sets a palette.
function palettes.command(name, value)
  palettes.check(name, value)
  local steps = palettes.colors(value)
  if steps == nil then return "set palette " .. value .. "\n" end
  local parts = {}
  for i, color in ipairs(steps) do
    parts[i] = ("%.4g '%s'"):format((i - 1) / (#steps - 1), color)
  end
  return ("set palette defined (%s)\n"):format(table.concat(parts, ", "))
end

--- The function that gives red, green and blue, 0 to 255, of a place from 0 to 1 in the palette `value`; viridis for
-- one in gnuplot's words.
function palettes.mixer(value)
  local steps = {}
  for i, color in ipairs(palettes.colors(value) or palettes.colors "viridis") do
    steps[i] = {tonumber(color:sub(2, 3), 16), tonumber(color:sub(4, 5), 16), tonumber(color:sub(6, 7), 16)}
  end
  return function(place)
    local at = math.max(0, math.min(1, place)) * (#steps - 1)
    local i = math.min(#steps - 2, at // 1 | 0)
    local a, b, t = steps[i + 1], steps[i + 2], at - i
    return (a[1] + (b[1] - a[1]) * t + 0.5) // 1 | 0, (a[2] + (b[2] - a[2]) * t + 0.5) // 1 | 0,
      (a[3] + (b[3] - a[3]) * t + 0.5) // 1 | 0
  end
end

return palettes
