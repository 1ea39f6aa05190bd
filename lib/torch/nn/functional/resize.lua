-- Interpolation along one dimension: each element of the result is a weighted sum of few elements ("taps") of the
-- input. Images are resized one dimension after the other.
local resize = {}

-- The distance between samples of the result, in elements of the input.
local function step(n, count, scale, align)
  if align then return count > 1 and (n - 1) / (count - 1) or 0 end
  return scale and 1 / scale or n / count
end

-- Positions from 0 that lie outside count as the nearest inside.
local function inside(i, n) return math.max(0, math.min(i, n - 1)) end

--- The position, from 0, of the nearest element for each of the result.
function resize.nearest(n, count, scale, exact)
  local distance, list = step(n, count, scale), {}
  for i = 1, count do
    -- PyTorch computes the position in float32.
    local at = string.unpack("f", string.pack("f", (i - 1 + (exact and 0.5 or 0))
      * string.unpack("f", string.pack("f", distance))))
    list[i] = inside(math.floor(at), n)
  end
  return list
end

local function linear_taps(n, i, distance, align)
  local at = align and (i - 1) * distance or math.max(0, (i - 0.5) * distance - 0.5)
  local first = inside(math.floor(at), n)
  local share = at - first
  return {first, inside(first + 1, n)}, {1 - share, share}
end

-- Keys' cubic function of the distance x (1981).
local function cubic(x, a)
  x = math.abs(x)
  if x < 1 then return ((a + 2) * x - (a + 3)) * x * x + 1 end
  return x < 2 and ((x - 5) * x + 8) * x * a - 4 * a or 0
end

local function cubic_taps(n, i, distance, align)
  local at = align and (i - 1) * distance or (i - 0.5) * distance - 0.5
  local first, places, weights = math.floor(at), {}, {}
  for k = 0, 3 do
    places[k + 1] = inside(first - 1 + k, n)
    weights[k + 1] = cubic(at - (first - 1 + k), -0.75)
  end
  return places, weights
end

-- Where the result is smaller the window grows, so that each element of the input counts (as in Pillow).
local function wide_taps(n, i, distance, align, reach, kernel)
  local stretch = math.max(distance, 1)
  local center = distance * (i - 0.5)
  local support = reach * stretch
  local first = math.max(math.floor(center - support + 0.5), 0)
  local last = math.min(math.floor(center + support + 0.5), n)
  local places, weights, sum = {}, {}, 0
  for k = first, last - 1 do
    local weight = kernel((k - center + 0.5) / stretch)
    places[#places + 1], weights[#weights + 1], sum = k, weight, sum + weight
  end
  for k = 1, #weights do weights[k] = weights[k] / sum end
  return places, weights
end

local function triangle(x) return math.max(0, 1 - math.abs(x)) end
local function pillow_cubic(x) return cubic(x, -0.5) end

-- Lanczos's windowed sinc of three lobes (1988).
local function lanczos(x)
  local a = math.pi * math.abs(x)
  if a == 0 then return 1 end
  return math.abs(x) < 3 and 3 * math.sin(a) * math.sin(a / 3) / (a * a) or 0
end

local TAPS <const> = {
  linear = linear_taps, cubic = cubic_taps,
  linear_wide = function(n, i, d, align) return wide_taps(n, i, d, align, 1, triangle) end,
  lanczos_wide = function(n, i, d, align) return wide_taps(n, i, d, align, 3, lanczos) end,
  cubic_wide = function(n, i, d, align) return wide_taps(n, i, d, align, 2, pillow_cubic) end,
}

-- places[t] and weights[t]: tap t of all elements of the result. Elements with fewer taps get some of weight 0.
local function by_tap(kind, n, count, scale, align)
  local distance, places, weights, most = step(n, count, scale, align), {}, {}, 0
  for i = 1, count do
    places[i], weights[i] = TAPS[kind](n, i, distance, align)
    most = math.max(most, #places[i])
  end
  local rows, factors = {}, {}
  for t = 1, most do
    rows[t], factors[t] = {}, {}
    for i = 1, count do
      rows[t][i], factors[t][i] = (places[i][t] or places[i][1]) + 1, weights[i][t] or 0
    end
  end
  return rows, factors
end

-- Bytes are summed with factors of 16 bits, as in Pillow and PyTorch: the largest power of two is chosen with which
-- they fit, and each is rounded to a multiple of its inverse.
local function quantise(factors)
  local most, bits = 0, 0
  for _, row in ipairs(factors) do most = math.max(most, table.unpack(row)) end
  while bits < 22 and math.floor(0.5 + most * (1 << (bits + 1))) < 1 << 15 do bits = bits + 1 end
  local unit = 1 << bits
  for _, row in ipairs(factors) do
    for i, factor in ipairs(row) do
      row[i] = (factor < 0 and math.ceil(factor * unit - 0.5) or math.floor(factor * unit + 0.5)) / unit
    end
  end
end

--- x along dimension `dim` with `count` elements. kind: "linear", "cubic", or "linear_wide", "cubic_wide" or
-- "lanczos_wide". bytes: the elements are those of an image of bytes, and so are the results.
function resize.along(kind, x, dim, count, scale, align, bytes)
  local rows, factors = by_tap(kind, x:size(dim), count, scale, align)
  if bytes then quantise(factors) end
  local shape, sum = {}, nil
  for d = 1, x.ndim do shape[d] = d == dim and count or 1 end
  for t = 1, #rows do
    local weight = torch.tensor(factors[t], {dtype = x.dtype, device = x.device}):reshape(shape)
    local part = x:index_select(dim, torch.tensor(rows[t], {device = x.device})) * weight
    sum = sum and sum + part or part
  end
  return bytes and (sum + 0.5):floor():clamp(0, 255) or sum
end

return resize
