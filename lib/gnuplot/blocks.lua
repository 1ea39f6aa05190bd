--- Grids of colours as characters: half blocks, two colours in each cell, where the terminal has colours; else
-- characters that are more or less filled.
local blocks = {}

local TRUE = 1 << 24 -- colours of a terminal that takes any
local RAMP = {" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"}
local SHADES = {" ", "░", "▒", "▓", "█"}
local STEPS = {0, 95, 135, 175, 215, 255} -- of the cube of 216 colours

--- How many pixels a cell is high at this number of colours.
function blocks.height(colours) return colours >= 256 and 2 or 1 end

--- The step of the cube that is nearest to a part of a colour, from 0.
local function nearest(part)
  if part < 48 then return 0 end
  if part < 115 then return 1 end
  return math.min(5, (part - 35) // 40)
end

--- The number of a colour among 256: of the cube, or a grey.
local function in_256(r, g, b)
  local i, j, k = nearest(r), nearest(g), nearest(b)
  local grey = math.max(0, math.min(23, ((r + g + b) // 3 - 3) // 10))
  local level = 8 + 10 * grey
  local function off(x, y, z) return (r - x) ^ 2 + (g - y) ^ 2 + (b - z) ^ 2 end
  if off(level, level, level) < off(STEPS[i + 1], STEPS[j + 1], STEPS[k + 1]) then return 232 + grey end
  return 16 + 36 * i + 6 * j + k
end

--- The parameters of an escape sequence that sets a colour of letters (38) or of what is behind them (48).
local function parameters(kind, r, g, b, colours)
  if colours >= TRUE then return ("%d;2;%d;%d;%d"):format(kind, r, g, b) end
  return ("%d;5;%d"):format(kind, in_256(r, g, b))
end

--- The escape sequence after which letters have one colour, and what is behind them another; either may be nil. It is
-- empty where there are no such colours.
function blocks.escape(front, behind, colours)
  if colours < 256 then return "" end
  local list = {}
  if front then list[1] = parameters(38, front[1], front[2], front[3], colours) end
  if behind then list[#list + 1] = parameters(48, behind[1], behind[2], behind[3], colours) end
  return "\027[" .. table.concat(list, ";") .. "m"
end

--- How light a colour is, 0 to 1.
function blocks.lightness(r, g, b) return (0.299 * r + 0.587 * g + 0.114 * b) / 255 end

--- The character for a lightness from 0 to 1.
function blocks.shade(light, charset)
  local ramp = charset == "ascii" and RAMP or SHADES
  return ramp[math.max(1, math.min(#ramp, math.floor(light * #ramp) + 1))]
end

--- A line of half blocks.
local function half_blocks(upper, lower, width, colours)
  local line, last = {}, nil
  for x = 1, width do
    local a, b = upper[x], lower and lower[x]
    local escape = "\027[0m"
    if a and b then escape = blocks.escape(a, b, colours)
    elseif a or b then escape = escape .. blocks.escape(a or b, nil, colours) end
    if escape ~= last then line[#line + 1], last = escape, escape end
    line[#line + 1] = a and "▀" or b and "▄" or " "
  end
  return table.concat(line) .. "\027[0m"
end

local function shades(row, width, charset)
  local line = {}
  for x = 1, width do
    local c = row[x]
    line[x] = c and blocks.shade(c.light or blocks.lightness(c[1], c[2], c[3]), charset) or " "
  end
  return (table.concat(line):gsub("%s+$", ""))
end

--- Lines of a grid: `rows` is an array of arrays of {red, green, blue} from 0 to 255 (false or nil: nothing there),
-- which may have `light`, from 0 to 1, for terminals without colours. `charset` is "braille" or "ascii", which has no
-- blocks.
function blocks.lines(rows, width, colours, charset)
  local lines = {}
  if charset == "ascii" then colours = math.min(colours, 0) end
  if colours < 256 then
    for i, row in ipairs(rows) do lines[i] = shades(row, width, charset) end
    return lines
  end
  for i = 1, #rows, 2 do lines[#lines + 1] = half_blocks(rows[i], rows[i + 1], width, colours) end
  return lines
end

--- A bar of the colours that stand for the values from `low` to `high`, on one line.
function blocks.bar(mix, low, high, width, colours, charset)
  local row = {}
  for x = 1, width do row[x] = {mix((x - 1) / (width - 1))} end
  local bar
  if colours < 256 or charset == "ascii" then bar = blocks.lines({row}, width, 0, charset)[1]
  else
    for x = 1, width do row[x] = blocks.escape(row[x], nil, colours) .. "█" end
    bar = table.concat(row) .. "\027[0m"
  end
  return ("%s %s %s"):format(low, bar, high)
end

return blocks
