--- For specs: what a picture shows. PNG files as gnuplot writes them (8 bits a channel, not
-- interlaced) and SVG files.
local picture = {}

local read = dofile("tests/files.lua").read

--- What deflate packed. gzip unpacks it before it finds that the check sum at the end,
-- which is of another kind in a PNG, is wrong.
local function inflate(packed)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write("\31\139\8\0\0\0\0\0\0\3", packed:sub(3, -5), ("\0"):rep(8))
  file:close()
  local pipe = assert(io.popen(("gzip -dc <%s 2>/dev/null"):format(path)))
  local text = pipe:read("a")
  pipe:close()
  os.remove(path)
  return text
end

local function paeth(a, b, c)
  local p = a + b - c
  local pa, pb, pc = math.abs(p - a), math.abs(p - b), math.abs(p - c)
  if pa <= pb and pa <= pc then return a end
  return pb <= pc and b or c
end

--- Takes the filter of a row back. `row` and `above` are arrays of bytes.
local function unfilter(kind, row, above, step)
  for i = 1, #row do
    local a, b, c = row[i - step] or 0, above[i] or 0, above[i - step] or 0
    local add = kind == 1 and a or kind == 2 and b or kind == 3 and (a + b) // 2
      or kind == 4 and paeth(a, b, c) or 0
    row[i] = (row[i] + add) & 255
  end
end

--- {width, height, at = function(x, y) → "#rrggbb" (from 1, top left), colors = {"#rrggbb" →
-- how many pixels}}.
function picture.png(path)
  local text = read(path)
  assert(text:sub(1, 8) == "\137PNG\r\n\26\n" and text:sub(-8, -5) == "IEND", "not a whole PNG")
  local width, height, depth, kind = string.unpack(">I4I4BB", text, 17)
  local step = ({[2] = 3, [6] = 4})[kind]
  assert(depth == 8 and step, "not a PNG of 8 bit colours")
  local packed, at = {}, 9
  while at < #text do
    local size, name = string.unpack(">I4c4", text, at)
    if name == "IDAT" then packed[#packed + 1] = text:sub(at + 8, at + 7 + size) end
    at = at + 12 + size
  end
  local raw, rows, above = inflate(table.concat(packed)), {}, {}
  local line, colors = width * step + 1, {}
  for y = 1, height do
    local row = {}
    for i = 2, line, 4096 do
      table.move({raw:byte((y - 1) * line + i, (y - 1) * line + math.min(line, i + 4095))}, 1, 4096,
        #row + 1, row)
    end
    unfilter(raw:byte((y - 1) * line + 1), row, above, step)
    local names = {}
    for x = 1, width do
      local k = (x - 1) * step
      names[x] = row[k + 1] << 16 | row[k + 2] << 8 | row[k + 3]
      colors[names[x]] = (colors[names[x]] or 0) + 1
    end
    rows[y], above = names, row
  end
  local by_name = {}
  for color, n in pairs(colors) do by_name[("#%06x"):format(color)] = n end
  return {width = width, height = height, colors = by_name,
    at = function(x, y) return ("#%06x"):format(rows[y][x]) end}
end

--- How many pixels have a colour, or one that differs by at most `off` in each channel.
function picture.count(png, color, off)
  off = off or 4
  local n, want = 0, tonumber(color:sub(2), 16)
  for name, pixels in pairs(png.colors) do
    local has, near = tonumber(name:sub(2), 16), true
    for shift = 0, 16, 8 do
      near = near and math.abs((has >> shift & 255) - (want >> shift & 255)) <= off
    end
    if near then n = n + pixels end
  end
  return n
end

local function hex(r, g, b) return ("#%02x%02x%02x"):format(r, g, b) end

local RGB = "rgb%(%s*(%d+),%s*(%d+),%s*(%d+)%)"

local function count(text, pattern)
  local list = {}
  for r, g, b in text:gmatch(pattern) do
    local color = hex(r, g, b)
    list[color] = (list[color] or 0) + 1
  end
  return list
end

--- An SVG: {texts = all its texts, lines = {"#rrggbb" → the `d` of its paths}, marks and areas =
-- {"#rrggbb" → how many points, polygons}, text}.
function picture.svg(path)
  local text = read(path)
  assert(text:find("</svg>%s*$"), "the SVG is not whole")
  local texts, lines = {}, {}
  for body in text:gmatch("<text[^>]*>(.-)</text>") do
    body = body:gsub("<[^>]*>", ""):gsub("&#39;", "'"):gsub("&lt;", "<"):gsub("&amp;", "&")
    texts[#texts + 1] = body:match("^%s*(.-)%s*$")
  end
  for r, g, b, d in text:gmatch("<path stroke='" .. RGB .. "'[^>]-%sd='([^']*)'") do
    local color = hex(r, g, b)
    lines[color] = lines[color] or {}
    table.insert(lines[color], d)
  end
  return {texts = texts, lines = lines, text = text, marks = count(text, "<use [^>]* color='" .. RGB),
    areas = count(text, "<polygon fill *= *'" .. RGB)}
end

--- Whether a text of the SVG is `wanted`.
function picture.says(svg, wanted)
  for _, text in ipairs(svg.texts) do
    if text == wanted then return true end
  end
  return false
end

return picture
