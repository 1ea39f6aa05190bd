--- Lines of equal height and the bands between them, seen from above.
local Axis = require "gnuplot.axis"
local arguments = require "gnuplot.arguments"
local data = require "gnuplot.data"
local options = require "torch.utils.options"
local palettes = require "gnuplot.palettes"
local surface = require "gnuplot.surface"
local torch = require "torch"

local contour = {}

--- The least and the greatest value that is finite; nil: there is none.
local function ends(z)
  local good = z:masked_select(torch.isfinite(z))
  if good:numel() == 0 then return nil end
  return good:min():item(), good:max():item()
end

--- About `count` round numbers between two.
local function round_levels(low, high, count)
  local list = {}
  for _, tick in ipairs(Axis.new(low, high):ticks(count)) do
    if tick.value > low and tick.value < high then list[#list + 1] = tick.value end
  end
  return #list > 0 and list or {(low + high) / 2}
end

--- The heights of contour lines: those that are given, so many between the least and
-- the greatest value of `z`, or by default about eight round ones.
local function levels_of(name, levels, z)
  if type(levels) == "table" or data.is_tensor(levels) then
    return data.vector(name, levels):sort():tolist()
  end
  local count = levels == nil and 8 or options.integer(levels)
  if count == nil or count < 1 then
    arguments.wrong(name, "levels", nil, "a positive integer or an array of heights", levels)
  end
  local low, high = ends(z)
  if low == nil or low == high then return {low or 0} end
  if levels == nil then return round_levels(low, high, count) end
  return torch.linspace(low, high, count + 2, {dtype = "float64"}):narrow(1, 2, count):tolist()
end

local MAP = "set view map\nset border 31 front\nset key off\nset tics front\n"

--- A palette of one colour for each band, and the range that it covers.
local function bands(name, palette, levels, z)
  palettes.check(name, palette)
  local low, high = ends(z)
  low, high = math.min(low or 0, levels[1]), math.max(high or 1, levels[#levels])
  if low == high then high = low + 1 end
  local edges, parts, mix = {low}, {}, palettes.mixer(palette)
  for _, level in ipairs(levels) do
    if level > edges[#edges] then edges[#edges + 1] = level end
  end
  if high > edges[#edges] then edges[#edges + 1] = high end
  for i = 1, #edges - 1 do
    local r, g, b = mix(#edges > 2 and (i - 1) / (#edges - 2) or 0.5)
    local color = ("'#%02x%02x%02x'"):format(r, g, b)
    parts[#parts + 1] = ("%.10g %s, %.10g %s"):format(edges[i], color, edges[i + 1], color)
  end
  local names = {}
  for i, level in ipairs(levels) do
    if i % math.ceil(#levels / 12) == 0 then names[#names + 1] = ("'%.3g' %.10g"):format(level, level) end
  end
  return ("set palette maxcolors 0\nset palette defined (%s)\nset cbrange [%.10g:%.10g]\nset cbtics (%s)\n"):format(
    table.concat(parts, ", "), low, high, table.concat(names, ", "))
end

local FINE = 400 -- cells along an axis, so that the edges of the bands are smooth
local COARSE = 120 -- the same of lines and of cells that are no pixels but polygons

--- The numbers that a mesh has along an axis, increasing or decreasing; nil where they differ between its lines.
local function ruler(t, axis)
  local line = t:narrow(3 - axis, 1, 1):flatten()
  local n = #line
  if n < 2 or not t:eq(t:narrow(3 - axis, 1, 1)):all():item() then return nil end
  local steps = line:narrow(1, 2, n - 1) - line:narrow(1, 1, n - 1)
  local one_way = steps:gt(0):all():item() or steps:lt(0):all():item()
  return one_way and line or nil
end

--- `z` at `n` places along its first axis, straight lines between those that are there: at even steps of `line`, where
-- z is known; nil: of their numbers.
local function stretch(z, n, line)
  local rows = z.shape[1]
  line = line or torch.linspace(1, rows, rows, {dtype = "float64"})
  if line[1] > line[rows] then line = -line end
  local at = torch.linspace(line[1]:item(), line[rows]:item(), n, {dtype = "float64"})
  local first = torch.searchsorted(line, at, {right = true}):clamp(2, rows) - 1
  local low, high = line:index_select(1, first), line:index_select(1, first + 1)
  local share = ((at - low) / (high - low)):unsqueeze(2)
  return z:index_select(1, first) * (1 - share) + z:index_select(1, first + 1) * share
end

--- A mesh with straight axes as values at even steps of both: {z, x = its line, y =}; nil: it has none.
local function evened(columns, least)
  local x, y = ruler(columns[1], 1), ruler(columns[2], 2)
  if not (x and y) then return nil end
  local w, h = math.max(#x, least), math.max(#y, least)
  return {z = stretch(stretch(columns[3], w, x):t():contiguous(), h, y), x = x, y = y, w = w, h = h} -- rows go along y
end

--- A mesh as pixels; nil: its axes are not straight.
local function pixels(columns)
  local image = evened(columns, FINE)
  if not image then return nil end
  local from, to = {}, {}
  for _, key in ipairs {"x", "y"} do
    from[key], to[key] = image[key][1]:item(), image[key][-1]:item()
  end
  return {bytes = data.bytes(image.z), words = "with image nocontour",
    binary = ("array=(%d,%d) origin=(%.12g,%.12g,0) dx=%.12g dy=%.12g format='%%double'"):format(image.w, image.h,
      math.min(from.x, to.x), math.min(from.y, to.y), math.abs(to.x - from.x) / (image.w - 1),
      math.abs(to.y - from.y) / (image.h - 1))
      .. (to.x < from.x and " flip=x" or "") .. (to.y < from.y and " flip=y" or "")}
end

--- What gnuplot.cells draws of bands: the number of the band of each value, the first row on top.
local function drawn_of(columns, levels, given)
  local even = evened(columns, 2)
  local low, high = ends(columns[3])
  if not (even and low) then return nil end
  local z, x, y = even.z, even.x, even.y
  local band = torch.zeros_like(z)
  for _, level in ipairs(levels) do band = band + z:gt(level):to "float64" end
  band = band:masked_fill(z:isnan(), 0 / 0) / math.max(#levels, 1)
  local rows = band:flip(1)
  return {values = rows * (high - low) + low, palette = given.palette or "viridis", low = low, high = high,
    x = {x[1]:item(), x[-1]:item()}, y = {y[-1]:item(), y[1]:item()}}
end

--- The mesh with more places between those that are there, straight lines between them: lines and bands of coarse
-- meshes follow the same surface.
local function refined(columns)
  local fine = {}
  for i, t in ipairs(columns) do
    for _ = 1, 2 do -- along one axis, then, turned, along the other
      local cells = t.shape[1] - 1
      if cells > 0 then t = stretch(t, cells * math.max(1, COARSE // cells) + 1) end
      t = t:t():contiguous()
    end
    fine[i] = t
  end
  return fine
end

--- Filled bands, with or without lines between them.
local function filled(name, columns, levels, given)
  local mesh = data.mesh(columns)
  local fine = data.mesh(refined(columns))
  local setup = MAP .. "set pm3d map\n" .. bands(name, given.palette or "viridis", levels, columns[3])
  local layers = {pixels(columns) or fine}
  layers[1].words = layers[1].words or "with pm3d nocontour"
  layers[1].mesh, layers[1].spans, layers[1].empty = mesh.mesh, mesh.spans, mesh.empty
  if given.lines ~= false then
    layers[2] = {bytes = fine.bytes, binary = fine.binary, empty = fine.empty, using = fine.using,
      spans = false, words = "with lines lc rgb '#ffffff' lw 0.8 nosurface"}
    setup = setup .. "set contour base\nset cntrlabel onecolor\nset cntrparam linear\n"
      .. ("set cntrparam levels discrete %s\n"):format(table.concat(levels, ","))
  end
  return {command = "splot", setup = setup, layers = layers, flat = true, cells = drawn_of(columns, levels, given)}
end

--- gnuplot.contourf.
function contour.contourf(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, {{"levels", "any"}, {"palette", "string"}, {"lines", "boolean"}}, given)
  local columns = surface.mesh(name, list)
  return filled(name, columns, levels_of(name, given.levels, columns[3]), given)
end

--- gnuplot.contour.
function contour.contour(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, {{"levels", "any"}, {"palette", "string"}, {"filled", "boolean"}}, given)
  local columns = surface.mesh(name, list)
  local levels = levels_of(name, given.levels, columns[3])
  if given.filled then return filled(name, columns, levels, given) end
  local layer = data.mesh(columns)
  layer.words = "with lines lc palette lw 2 nosurface"
  local setup = MAP .. ("set contour base\nset cntrparam cubicspline\nset cntrparam levels discrete %s\n"):format(
    table.concat(levels, ",")) .. palettes.command(name, given.palette or "viridis")
  return {command = "splot", setup = setup, layers = {layer}, flat = true}
end

return contour
