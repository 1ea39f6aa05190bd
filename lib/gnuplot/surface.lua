--- Surfaces, points in space, contour lines.
local arguments = require "gnuplot.arguments"
local data = require "gnuplot.data"
local lines = require "gnuplot.lines"
local options = require "torch.utils.options"
local palettes = require "gnuplot.palettes"
local style = require "gnuplot.style"
local torch = require "torch"

local surface = {}

local SPACE = "set border 895 lw 1 lc rgb '#777777'\nset xyplane relative 0.05\nset view 55,40\n"
  .. "set tics font ',9'\n"

--- Sorts [name,] z or [name,] x, y, z of one mesh. Returns a table of three matrices of one
-- shape, and the name. Without x and y these are the numbers of row and column.
function surface.mesh(name, given)
  local list, title = {}, nil
  for i = 1, given.n or #given do
    if i == 1 and type(given[i]) == "string" then title = given[i]
    else list[#list + 1] = given[i] end
  end
  if #list ~= 1 and #list ~= 3 then
    arguments.fail("%s: expected [name,] z or [name,] x, y, z, got %d values", name, #list)
  end
  local z = data.tensor(name, list[#list], 2)
  local n, m = z.shape[1], z.shape[2]
  local x, y = data.count(n), data.count(m)
  if #list == 3 then
    x, y = data.tensor(name, list[1], 1, 2), data.tensor(name, list[2], 1, 2)
  end
  if x.ndim == 1 and #x == n then x = x:unsqueeze(2):expand(n, m) end
  if y.ndim == 1 and #y == m then y = y:unsqueeze(1):expand(n, m) end
  for i, t in ipairs{x, y} do
    if t.ndim ~= 2 or t.shape[1] ~= n or t.shape[2] ~= m then
      arguments.fail("%s: expected x of %d and y of %d numbers or both of the shape of z, %d×%d; %s"
        .. " is %s", name, n, m, n, m, i == 1 and "x" or "y", options.describe(list[i]))
    end
  end
  return {x, y, z}, title
end

--- gnuplot.splot: wire frames with contour lines below, as in Torch7.
function surface.splot(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, {{"contour", "boolean"}}, given)
  local layers = {}
  for _, one in ipairs(lines.curves_of(name, table.unpack(list, 1, list.n))) do
    local columns, title = surface.mesh(name, one)
    local layer = data.mesh(columns)
    layer.title, layer.words = title, function(place) return "with lines lw 1 lt " .. place end
    layers[#layers + 1] = layer
  end
  local setup = SPACE .. "set hidden3d\n"
  if given.contour ~= false then
    setup = setup .. "set contour base\nset cntrparam bspline\nset cntrparam levels auto 8\n"
  end
  local relief = #layers == 1 and {mesh = layers[1].mesh, palette = "viridis"} or nil
  return {command = "splot", setup = setup, layers = layers, relief = relief}
end

--- gnuplot.scatter3: points (x_i, y_i, z_i).
function surface.scatter3(name, ...)
  local list, named = arguments.split(...)
  named = arguments.named(name, style.some "color width point size alpha label latex markup", named)
  local layers = {}
  for _, one in ipairs(lines.curves_of(name, table.unpack(list, 1, list.n))) do
    local columns, title = {}, nil
    for i = 1, one.n or #one do
      if i == 1 and type(one[1]) == "string" then title = one[1]
      else columns[#columns + 1] = data.vector(name, one[i]) end
    end
    if #columns ~= 3 then
      arguments.fail("%s: expected [name,] x, y, z, got %d vectors", name, #columns)
    end
    if #columns[2] ~= #columns[1] or #columns[3] ~= #columns[1] then
      arguments.fail("%s: x, y and z differ in length: %d, %d and %d", name, #columns[1],
        #columns[2], #columns[3])
    end
    local layer, ink = data.rows(columns), style.ink(name, named, true)
    style.title(name, layer, named, title)
    layer.spans = {x = {1}, y = {2}, z = {3}}
    layer.words = function(place) return "with points " .. ink(place) end
    layers[#layers + 1] = layer
  end
  return {command = "splot", setup = SPACE .. "set grid xtics ytics ztics ls 100\n", layers = layers}
end

--- gnuplot.surf: a surface coloured by its height.
function surface.surf(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, {{"palette", "string"}, {"contour", "boolean"}, {"lines", "boolean"}},
    given)
  local columns, title = surface.mesh(name, list)
  local layer = data.mesh(columns)
  layer.title = title
  layer.words = "with pm3d"
  local setup = SPACE .. palettes.command(name, given.palette or "viridis")
    .. "set pm3d depthorder" .. (given.lines and " border lc rgb '#333333' lw 0.3" or "") .. "\n"
  if given.contour then
    setup = setup .. "set contour base\nset cntrparam levels auto 8\nset key off\n"
  end
  return {command = "splot", setup = setup, layers = {layer},
    relief = {mesh = columns, palette = given.palette or "viridis"}}
end

return surface
