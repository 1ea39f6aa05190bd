--- Surfaces in the terminal: seen from above and from the side, lit, what is behind hidden.
local blocks = require "gnuplot.blocks"
local palettes = require "gnuplot.palettes"

local relief = {}

local MOST = 60 -- points of a mesh along a side; of a finer one some are left out
local TURN, TILT = math.rad(40), math.rad(55) -- as gnuplot sees it
local LIGHT = {-0.4, -0.5, 0.77}

--- The values of a mesh along both sides, from 0 to 1; NaN stays.
local function unit(t)
  local list = t:tolist()
  local low, high = math.huge, -math.huge
  for _, row in ipairs(list) do
    for _, v in ipairs(row) do
      if v - v == 0 then low, high = math.min(low, v), math.max(high, v) end
    end
  end
  for _, row in ipairs(list) do
    for j, v in ipairs(row) do row[j] = high > low and (v - low) / (high - low) or v - v + 0.5 end
  end
  return list, low, high
end

--- Every k-th row and column of a matrix.
local function thin(t)
  for axis = 1, 2 do
    local n = t.shape[axis]
    if n > MOST then
      local torch = require "torch"
      t = t:index_select(axis, torch.linspace(1, n, MOST, {dtype = "float64"}):floor():to "int64")
    end
  end
  return t
end

--- Where a point of the unit cube is seen: to the right, up, and how near.
local function project(x, y, z)
  x, y, z = x - 0.5, y - 0.5, (z - 0.5) * 0.8
  local across, along = x * math.cos(TURN) + y * math.sin(TURN), -x * math.sin(TURN) + y * math.cos(TURN)
  return across, along * math.cos(TILT) + z * math.sin(TILT), z * math.cos(TILT) - along * math.sin(TILT)
end

--- How a triangle is lit, 0 to 1.
local function lit(a, b, c)
  local ux, uy, uz = b.x - a.x, b.y - a.y, (b.z - a.z) * 0.8
  local vx, vy, vz = c.x - a.x, c.y - a.y, (c.z - a.z) * 0.8
  local nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
  local length = math.sqrt(nx * nx + ny * ny + nz * nz)
  if not (length > 0) then return 0.5 end
  return math.abs(nx * LIGHT[1] + ny * LIGHT[2] + nz * LIGHT[3]) / length
end

--- Draws a triangle of points {col, row, near, z} into the picture where nothing nearer is.
local function fill(view, a, b, c, light)
  local area = (b.col - a.col) * (c.row - a.row) - (c.col - a.col) * (b.row - a.row)
  if not (area ~= 0) then return end
  for row = math.max(1, math.ceil(math.min(a.row, b.row, c.row))), math.min(view.height,
    math.floor(math.max(a.row, b.row, c.row))) do
    for col = math.max(1, math.ceil(math.min(a.col, b.col, c.col))), math.min(view.width,
      math.floor(math.max(a.col, b.col, c.col))) do
      local u = ((b.col - col) * (c.row - row) - (c.col - col) * (b.row - row)) / area
      local v = ((c.col - col) * (a.row - row) - (a.col - col) * (c.row - row)) / area
      local w = 1 - u - v
      if u >= -1e-9 and v >= -1e-9 and w >= -1e-9 then
        local near, at = u * a.near + v * b.near + w * c.near, (row - 1) * view.width + col
        if near > (view.near[at] or -math.huge) then
          view.near[at], view.z[at], view.light[at] = near, u * a.z + v * b.z + w * c.z, light
        end
      end
    end
  end
end

--- The points of a mesh as they are seen, those that are not finite as false.
local function points_of(view, mesh)
  local xs, ys, zs = unit(thin(mesh[1])), unit(thin(mesh[2])), nil
  local low, high
  zs, low, high = unit(thin(mesh[3]))
  local points, left, right, bottom, top = {}, math.huge, -math.huge, math.huge, -math.huge
  for i, row in ipairs(zs) do
    points[i] = {}
    for j, z in ipairs(row) do
      local across, up, near = project(xs[i][j], ys[i][j], z)
      local good = across == across and up == up
      points[i][j] = good and {x = xs[i][j], y = ys[i][j], z = z, col = across, row = up, near = near}
      if good then
        left, right = math.min(left, across), math.max(right, across)
        bottom, top = math.min(bottom, up), math.max(top, up)
      end
    end
  end
  local scale = math.min((view.width - 1) / math.max(right - left, 1e-9) / view.wide,
    (view.height - 1) / math.max(top - bottom, 1e-9))
  local shift = (view.width - (right - left) * scale * view.wide) / 2
  for _, row in ipairs(points) do
    for _, p in ipairs(row) do
      if p then
        p.col, p.row = shift + (p.col - left) * scale * view.wide + 0.5, 1 + (top - p.row) * scale
      end
    end
  end
  return points, low, high
end

--- The colours of the picture, row by row.
local function colours_of(view, mix)
  local rows = {}
  for row = 1, view.height do
    rows[row] = {}
    for col = 1, view.width do
      local at = (row - 1) * view.width + col
      local z, light = view.z[at], view.light[at]
      local color = false
      if z then
        local r, g, b = mix(z)
        local dim = 0.45 + 0.55 * light
        color = {r * dim // 1 | 0, g * dim // 1 | 0, b * dim // 1 | 0, light = 0.2 + 0.4 * (z + light)}
      end
      rows[row][col] = color
    end
  end
  return rows
end

--- The lines of a surface: `drawn` is {mesh = x, y, z as matrices, palette}. Options as of gnuplot.cells.
function relief.lines(drawn, options)
  local down = options.charset == "ascii" and 1 or blocks.height(options.colours)
  local view = {width = options.columns, height = (options.rows - 1) * down, wide = down == 2 and 1 or 2, near = {},
    z = {}, light = {}}
  local points, low, high = points_of(view, drawn.mesh)
  for i = 1, #points - 1 do
    for j = 1, #points[i] - 1 do
      local a, b, c, d = points[i][j], points[i + 1][j], points[i + 1][j + 1], points[i][j + 1]
      if a and b and c then fill(view, a, b, c, lit(a, b, c)) end
      if a and c and d then fill(view, a, c, d, lit(a, c, d)) end
    end
  end
  local mix = palettes.mixer(drawn.palette)
  local rows = colours_of(view, mix)
  local lines = blocks.lines(rows, view.width, options.colours, options.charset)
  lines[#lines + 1] = (" "):rep(4) .. blocks.bar(mix, ("%.4g"):format(low), ("%.4g"):format(high),
    math.max(8, math.min(24, options.columns - 30)), options.colours, options.charset)
  return lines
end

return relief
