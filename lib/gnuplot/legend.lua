--- The corner of a panel that has the most room for the legend.
local legend = {}

local WIDE, HIGH = 0.4, 0.35 -- of the plot, that a legend may take
local MANY = 300 -- points of a layer that are looked at

-- In the order in which they are taken where several are empty.
local corners = {{"right top", 1, 1}, {"left top", 0, 1}, {"right bottom", 1, 0}, {"left bottom", 0, 0}}

--- Where on its axis a value stands, from 0 to 1 if the axis shows it; nil: NaN, or not above 0 on a logarithmic axis.
local function place(axis, value)
  if value ~= value or axis.log and value <= 0 then return nil end
  if axis.log then return math.log(value / axis.low) / math.log(axis.high / axis.low) end
  return (value - axis.low) / (axis.high - axis.low)
end

--- Counts a place in each corner that it lies in.
local function count(counts, x, y)
  if not (x and y) then return end
  for i, corner in ipairs(corners) do
    if math.abs(x - corner[2]) < WIDE and math.abs(y - corner[3]) < HIGH then counts[i] = counts[i] + 1 end
  end
end

--- Counts the points of a layer, and what lies between them where they are few.
local function count_layer(counts, layer, axes)
  local points = layer.points
  local n = points.shape[1]
  local stride, between = math.max(1, n // MANY), math.max(1, MANY // n)
  for _, column in ipairs(layer.spans.y) do
    local x, y
    for i = 1, n, stride do
      local a, b = place(axes.x, points[{i, 1}]:item()), place(axes.y, points[{i, column}]:item())
      for k = 1, x and a and y and b and between or 0 do
        count(counts, x + (a - x) * k / between, y + (b - y) * k / between)
      end
      if x == nil then count(counts, a, b) end
      x, y = a, b
    end
  end
end

--- gnuplot's words for the emptiest corner, of a panel with these axes.
function legend.corner(current, axes)
  local counts = {0, 0, 0, 0}
  if axes and axes.x.low and axes.y.low and not axes.x.unknown and not axes.y.unknown then
    for _, plot in ipairs(current.plots) do
      for _, layer in ipairs(plot.layers) do
        if layer.points and layer.spans and not layer.empty then count_layer(counts, layer, axes) end
      end
    end
  end
  local best = 1
  for i = 2, 4 do
    if counts[i] < counts[best] then best = i end
  end
  return corners[best][1]
end

return legend
