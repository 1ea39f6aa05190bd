--- Matrices and images in the terminal, as gnuplot.blocks.
--
-- What is drawn is {values = (n, m), palette, low, high}, perhaps with rows and columns (names), format (of the numbers
-- in the cells), x and y (what the ends of the axes are, else the numbers of columns and rows), or {pixels = (H, W, C)
-- bytes}.
local blocks = require "gnuplot.blocks"
local palettes = require "gnuplot.palettes"
local terminal = require "torch.utils.terminal"
local torch = require "torch"

local cells = {}

local FINE = 3 -- samples along each side of a pixel that stands for several values

--- The positions, from 1, of `n` values that are evenly spread over `size`.
local function spread(n, size)
  return ((torch.arange(0, n, {dtype = "float64"}) + 0.5) * (size / n)):floor():clamp(0, size - 1):to "int64" + 1
end

--- A tensor (H, W, C) resized to height × width: values repeated, or averaged.
local function resize(t, height, width)
  local fine_y, fine_x = t.shape[1] > height and FINE or 1, t.shape[2] > width and FINE or 1
  t = t:index_select(1, spread(height * fine_y, t.shape[1])):index_select(2, spread(width * fine_x, t.shape[2]))
  if fine_y * fine_x == 1 then return t end
  return t:to "float32":reshape(height, fine_y, width, fine_x, t.shape[3]):mean(4):mean(2)
end

--- The size of a picture of n × m on at most `columns` by `rows` pixels: as large as it goes, each value as wide as
-- high, a whole number of pixels where there is room.
local function size_of(n, m, columns, rows, down)
  local wide = down == 2 and 1 or 2 -- a cell without half blocks is twice as high as wide
  local scale = math.min(columns / (m * wide), rows / n)
  if scale >= 1 then scale = math.floor(scale) end
  return math.max(1, math.floor(n * scale + 0.5)), math.max(1, math.min(columns, math.floor(m * wide * scale + 0.5)))
end

local function integers(t) return (t + 0.5):floor():tolist() end

--- The rows of an image as colours.
local function rows_of_pixels(pixels, height, width)
  if pixels.shape[3] == 1 then pixels = pixels:expand(pixels.shape[1], pixels.shape[2], 3) end
  local list = integers(resize(pixels, height, width):to "float32")
  for _, row in ipairs(list) do
    for x, c in ipairs(row) do
      if c[4] and c[4] < 128 then row[x] = false end
    end
  end
  return list
end

--- The rows of a matrix as colours of its palette.
local function rows_of_values(drawn, height, width)
  local mix, low, high = palettes.mixer(drawn.palette), drawn.low, drawn.high
  local list = resize(drawn.values:unsqueeze(3), height, width):squeeze(3):tolist()
  for _, row in ipairs(list) do
    for x, value in ipairs(row) do
      local place = (value - low) / math.max(high - low, 1e-300)
      row[x] = value == value and {mix(place)} or false
      if row[x] then row[x].light = math.max(0, math.min(1, place)) end
    end
  end
  return list
end

local function pad(text, width) return (" "):rep(width - terminal.width(text)) .. text end

local function short(value) return ("%.4g"):format(value) end

--- The lines of a matrix whose numbers stand in its cells; nil: there is no room.
local function table_of(drawn, options)
  local values, mix = drawn.values:tolist(), palettes.mixer(drawn.palette)
  local left, wide = 0, 1
  for i, row in ipairs(values) do
    left = math.max(left, terminal.width(drawn.rows and drawn.rows[i] or tostring(i)))
    for j, value in ipairs(row) do
      row[j] = {value = value, text = value == value and drawn.format:format(value) or ""}
      wide = math.max(wide, #row[j].text, terminal.width(drawn.columns and drawn.columns[j] or tostring(j)))
    end
  end
  wide = wide + 2
  if left + 1 + wide * #values[1] > options.columns or #values + 3 > options.rows then return nil end
  local lines = {}
  for i, row in ipairs(values) do
    local line = {pad(drawn.rows and drawn.rows[i] or tostring(i), left), " "}
    for _, cell in ipairs(row) do
      local r, g, b = mix((cell.value - drawn.low) / math.max(drawn.high - drawn.low, 1e-300))
      local front = blocks.lightness(r, g, b) > 0.5 and {34, 34, 34} or {255, 255, 255}
      line[#line + 1] = cell.value == cell.value and blocks.escape(front, {r, g, b}, options.colours) or ""
      line[#line + 1] = pad(cell.text .. (" "):rep((wide - #cell.text) // 2), wide)
      line[#line + 1] = options.colours >= 256 and "\027[0m" or ""
    end
    lines[i] = table.concat(line):gsub("%s+$", "")
  end
  local names = {(" "):rep(left + 1)}
  for j = 1, #values[1] do
    local name = drawn.columns and drawn.columns[j] or tostring(j)
    names[#names + 1] = pad(name .. (" "):rep((wide - terminal.width(name)) // 2), wide)
  end
  lines[#lines + 1] = table.concat(names):gsub("%s+$", "")
  return lines
end

--- The numbers of the first and the last row and column around the lines of a matrix.
local function with_axes(lines, drawn, width)
  local x = drawn.x or {1, drawn.values.shape[2]}
  local y = drawn.y or {1, drawn.values.shape[1]}
  local top, bottom = short(y[1]), short(y[2])
  local left = math.max(#top, #bottom)
  for i, line in ipairs(lines) do
    lines[i] = pad(i == 1 and top or i == #lines and bottom or "", left) .. " " .. line
  end
  local first, last = short(x[1]), short(x[2])
  lines[#lines + 1] = (" "):rep(left + 1) .. first .. (" "):rep(math.max(1, width - #first - #last)) .. last
end

--- The lines of what is drawn. Options: columns, rows, colours, charset.
function cells.lines(drawn, options)
  if drawn.format then
    local lines = table_of(drawn, options)
    if lines then return lines end
  end
  local n, m = (drawn.pixels or drawn.values).shape[1], (drawn.pixels or drawn.values).shape[2]
  local down = options.charset == "ascii" and 1 or blocks.height(options.colours)
  local room = drawn.pixels and 0 or 2
  local height, width = size_of(n, m, options.columns - (drawn.pixels and 0 or 8), (options.rows - room) * down, down)
  if drawn.x then height, width = (options.rows - room) * down, options.columns - 8 end -- a field, not pixels
  local rows = drawn.pixels and rows_of_pixels(drawn.pixels, height, width) or rows_of_values(drawn, height, width)
  local lines = blocks.lines(rows, width, options.colours, options.charset)
  if drawn.pixels then return lines end
  with_axes(lines, drawn, width)
  lines[#lines + 1] = (" "):rep(4) .. blocks.bar(palettes.mixer(drawn.palette), short(drawn.low), short(drawn.high),
    math.max(8, math.min(24, options.columns - 30)), options.colours, options.charset)
  return lines
end

return cells
