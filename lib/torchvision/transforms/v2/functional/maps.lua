-- Maps of the plane: matrices of affine maps, coefficients of perspectives, what they do to points, and grids.
local torch = require "torch"

local maps = {}

--- The six numbers of the affine map that rotates by `angle` degrees around `centre`, scales, shears by degrees, and
-- moves; inverted: of the map back, which tells where a pixel of the result is read.
function maps.affine(centre, angle, translate, scale, shear, inverted)
  local turn, shear_x, shear_y = math.rad(angle), math.rad(shear[1]), math.rad(shear[2])
  local cx, cy, tx, ty = centre[1], centre[2], translate[1], translate[2]
  -- Rotation and shears, of determinant 1.
  local a = math.cos(turn - shear_y) / math.cos(shear_y)
  local b = -(a * math.tan(shear_x) + math.sin(turn))
  local c = math.sin(turn - shear_y) / math.cos(shear_y)
  local d = math.cos(turn) - c * math.tan(shear_x)
  if inverted then
    local m = {d / scale, -b / scale, 0, -c / scale, a / scale, 0}
    m[3] = cx - m[1] * (cx + tx) - m[2] * (cy + ty)
    m[6] = cy - m[4] * (cx + tx) - m[5] * (cy + ty)
    return m
  end
  local m = {a * scale, b * scale, 0, c * scale, d * scale, 0}
  m[3] = cx + tx - m[1] * cx - m[2] * cy
  m[6] = cy + ty - m[4] * cx - m[5] * cy
  return m
end

local function single(x) return (string.unpack("f", string.pack("f", x))) end

--- Width and height of the frame around an image that was mapped by the inverse of `matrix`. What is a ten-thousandth
-- of a pixel wide does not count.
function maps.affine_size(matrix, width, height)
  local function extent(p, q, r, half)
    local low, high = math.huge, -math.huge
    for _, at in ipairs {{-0.5, -0.5}, {-0.5, 0.5}, {0.5, 0.5}, {0.5, -0.5}} do
      local v = single(at[1] * width * p + at[2] * height * q + r)
      low, high = math.min(low, v), math.max(high, v)
    end
    local function cut(v)
      v = single(v * 1e4)
      return single((v < 0 and math.ceil(v) or math.floor(v)) * 1e-4)
    end
    return math.ceil(cut(high + half)) - math.floor(cut(low + half))
  end
  return extent(matrix[1], matrix[2], matrix[3], 0.5 * width), extent(matrix[4], matrix[5], matrix[6], 0.5 * height)
end

--- The matrix for places from -1 to 1, of pixels that count from the middle.
function maps.scaled(matrix, height, width)
  local scaled = {}
  for i, value in ipairs(matrix) do scaled[i] = single(value) / (0.5 * (i <= 3 and width or height)) end
  return scaled
end

-- Columns and rows from the first to the last, as (h×w) each.
local function axes(first_x, last_x, w, first_y, last_y, h, dtype)
  local x = torch.linspace(first_x, last_x, w, {dtype = dtype}):reshape(1, -1):expand(h, w)
  local y = torch.linspace(first_y, last_y, h, {dtype = dtype}):reshape(-1, 1):expand(h, w)
  return x, y
end

local function grid(x, y) return torch.stack({x, y}, -1):unsqueeze(1) end

--- The places (1×h×w×2) that scaled numbers of an affine map tell.
function maps.affine_grid(n, h, w, dtype)
  local x, y = axes((1 - w) / 2, (w - 1) / 2, w, (1 - h) / 2, (h - 1) / 2, h, dtype)
  return grid(x * n[1] + y * n[2] + n[3], x * n[4] + y * n[5] + n[6])
end

--- The same of a perspective.
function maps.perspective_grid(n, h, w, dtype)
  local x, y = axes(0.5, w - 0.5, w, 0.5, h - 0.5, h, dtype)
  local scale = x * n[7] + y * n[8] + 1
  return grid((x * n[1] + y * n[2] + n[3]) / scale - 1, (x * n[4] + y * n[5] + n[6]) / scale - 1)
end

--- The places of the pixels themselves.
function maps.identity_grid(h, w, dtype)
  return grid(axes((1 - w) / w, (w - 1) / w, w, (1 - h) / h, (h - 1) / h, h, dtype))
end

--- Points (…×2) under an affine map.
function maps.apply_affine(points, m)
  local x, y = points:select(-1, 1), points:select(-1, 2)
  return torch.stack({x * m[1] + y * m[2] + m[3], x * m[4] + y * m[5] + m[6]}, -1)
end

--- The coefficients of the perspective that reads a pixel of endpoints at startpoints.
function maps.perspective(startpoints, endpoints)
  local rows, values = {}, {}
  for i = 1, 4 do
    local from, to = startpoints[i], endpoints[i]
    rows[2 * i - 1] = {to[1], to[2], 1, 0, 0, 0, -from[1] * to[1], -from[1] * to[2]}
    rows[2 * i] = {0, 0, 0, to[1], to[2], 1, -from[2] * to[1], -from[2] * to[2]}
    values[2 * i - 1], values[2 * i] = {from[1]}, {from[2]}
  end
  -- Least squares, so that points in one line give some answer.
  local a, b = torch.tensor(rows, {dtype = "float64"}), torch.tensor(values, {dtype = "float64"})
  local solution = torch.linalg.lstsq(a, b)
  return solution:reshape(-1):tolist()
end

--- Points (…×2) moved by the inverse of a perspective.
function maps.apply_perspective(points, c)
  local a, b, d, e = c[1], c[2], c[4], c[5]
  local determinant = a * e - b * d
  if determinant == 0 then
    require "torch.utils.options".raise "perspective: the coefficients have no inverse, which boxes and points need"
  end
  local numbers = {e - c[6] * c[8], c[3] * c[8] - b, b * c[6] - c[3] * e, c[6] * c[7] - d, a - c[3] * c[7],
    c[3] * d - a * c[6], d * c[8] - e * c[7], b * c[7] - a * c[8]}
  for i, value in ipairs(numbers) do numbers[i] = value / determinant end
  local x, y = points:select(-1, 1), points:select(-1, 2)
  local scale = x * numbers[7] + y * numbers[8] + 1
  return torch.stack({(x * numbers[1] + y * numbers[2] + numbers[3]) / scale,
    (x * numbers[4] + y * numbers[5] + numbers[6]) / scale}, -1)
end

return maps
