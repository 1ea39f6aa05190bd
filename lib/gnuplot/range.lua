--- The ranges of a panel's axes: what its layers and marks span, with some room around it.
--
-- A layer says which columns of its points lie along which axis: `spans` = {x = {1}, y = {2, 3}, z =, half = the column
-- of widths, foot = whether it stands on zero, room = half the width of boxes without one}, or false where it spans
-- nothing of its own. Without `spans` nothing is known, and gnuplot finds the ranges itself. A plot with a `frame`,
-- {x = {low, high}, y = …}, has these ranges exactly.
local torch = require "torch"

local range = {}

local ROOM = 0.04 -- of the range, at each end

--- The least and the greatest of the values that can be drawn, and whether all are whole; nil: there are none.
local function extent(values, keep, log)
  local good = torch.isfinite(values)
  if keep then good = good:logical_and(keep) end
  if log then good = good:logical_and(values:gt(0)) end
  values = values:masked_select(good)
  if values:numel() == 0 then return nil end
  return values:min():item(), values:max():item(), values:floor():eq(values):all():item()
end

local function widen(axis, low, high, whole)
  if low == nil then return end
  axis.low, axis.high = math.min(axis.low or low, low), math.max(axis.high or high, high)
  axis.whole = axis.whole ~= false and whole
end

--- The rows of a layer that lie between the horizontal limits of the user; nil: all.
local function within(layer, limits)
  local low, high = limits[1], limits[2]
  if not (low or high) then return nil end
  if low and high and low > high then low, high = high, low end
  local x = layer.points:select(2, 1)
  local keep = low and x:ge(low)
  if high then keep = keep and keep:logical_and(x:le(high)) or not keep and x:le(high) end
  return keep
end

--- The values of a layer along one column.
local function column_of(layer, column)
  return layer.mesh and layer.mesh[column]:flatten() or layer.points:select(2, column)
end

local function add_columns(axis, layer, columns, keep, log)
  for _, column in ipairs(columns) do
    widen(axis, extent(column_of(layer, column), keep, log))
  end
end

--- Takes a layer into the axes.
local function add_layer(axes, layer, limits, logs)
  local spans = layer.spans
  local vertical = layer.axis == 2 and axes.y2 or axes.y
  if spans == nil then
    axes.x.unknown, vertical.unknown, axes.z.unknown = true, true, true
    return
  end
  local keep = layer.points and within(layer, limits)
  if layer.mesh then axes.x.tight, axes.y.tight = true, true end
  if spans.half then
    local x, half = layer.points:select(2, 1), layer.points:select(2, spans.half) / 2
    widen(axes.x, extent(x - half, keep, logs.x))
    widen(axes.x, extent(x + half, keep, logs.x))
    local _, _, whole = extent(x)
    axes.x.whole, axes.x.boxed = whole, true
  else
    add_columns(axes.x, layer, spans.x, keep, logs.x)
  end
  if spans.room and axes.x.low then axes.x.low, axes.x.high = axes.x.low - spans.room, axes.x.high + spans.room end
  add_columns(vertical, layer, spans.y, keep, logs.y)
  if spans.z then add_columns(axes.z, layer, spans.z, nil, logs.z) end
  if spans.smooth then vertical.unknown = true end
  if spans.foot and not logs.y then
    widen(vertical, 0, 0, true)
    vertical.foot = true
  end
end

local function add_marks(axes, marks)
  for _, mark in ipairs(marks) do
    for _, place in ipairs(mark.places) do
      for i, key in ipairs{"x", "y"} do
        if place[i] then widen(axes[key], place[i], place[i], place[i] == place[i] // 1) end
      end
    end
  end
end

--- Room around what is drawn; none where it stands on zero.
local function add_room(axis, log)
  local low, high = axis.low, axis.high
  if axis.tight and low < high then return end
  if log then
    local factor = low == high and 2 or (high / low) ^ ROOM
    axis.low, axis.high = low / factor, high * factor
    return
  end
  local room = (high - low) * (axis.boxed and ROOM / 2 or ROOM)
  if low == high then room = low == 0 and 1 or math.abs(low) * 0.1 end
  if not (axis.foot and low == 0) then axis.low = low - room end
  if not (axis.foot and high == 0) then axis.high = high + room end
end

--- The letters of the logarithmic axes of a panel as a set.
local function logs_of(current)
  local logs = {}
  for _, setting in ipairs(current.settings) do
    if setting.key == "logscale" then
      for letter in setting.value:gmatch "." do logs[letter] = true end
    end
  end
  return logs
end

local about_axes = {"range", "tics", "format", "xdata", "ydata", "autoscale", "offset"}

--- Whether a command of the user has to do with axes: then they are gnuplot's.
local function is_own(current)
  for _, setting in ipairs(current.settings) do
    for _, word in ipairs(setting.key == nil and about_axes or {}) do
      if setting.command:find(word, 1, true) then return true end
    end
  end
  return false
end

--- The axes x, y, y2, z of a panel: {low, high, whole = all values on it are, log, unknown = gnuplot is to find it}.
-- Nil where they are all gnuplot's.
function range.of(current)
  if is_own(current) or current.plots[1].text then return nil end
  local logs, limits = logs_of(current), current.limits
  local axes = {x = {}, y = {}, y2 = {}, z = {}}
  for _, plot in ipairs(current.plots) do
    for _, layer in ipairs(plot.layers) do
      if layer.spans ~= false and not layer.empty then add_layer(axes, layer, limits, logs) end
    end
  end
  add_marks(axes, current.marks)
  for i, key in ipairs{"x", "y", "z"} do
    local axis = axes[key]
    for _, plot in ipairs(current.plots) do
      local exact = plot.frame and plot.frame[key]
      if exact then
        axis.low, axis.high, axis.whole, axis.exact, axis.unknown = exact[1], exact[2], exact.whole, true, false
      end
    end
    axis.log = logs[key] or false
    local low, high = limits[2 * i - 1], limits[2 * i]
    if low and high then axis.low, axis.high, axis.unknown = low, high, false end
    if axis.low and not axis.exact and not (low and high) then add_room(axis, axis.log) end
    axis.low, axis.high = low or axis.low, high or axis.high
    axis.limited = low ~= nil or high ~= nil
  end
  if axes.y2.low then add_room(axes.y2) end
  return axes
end

--- Gives the axis `key` of all the panels one range.
function range.share(list, key)
  local low, high
  for _, axes in ipairs(list) do
    local axis = axes[key]
    if axis.low and not axis.limited and not axis.unknown then
      low, high = math.min(low or axis.low, axis.low), math.max(high or axis.high, axis.high)
    end
  end
  for _, axes in ipairs(list) do
    if low and not axes[key].limited then axes[key].low, axes[key].high, axes[key].unknown = low, high, false end
  end
end

return range
