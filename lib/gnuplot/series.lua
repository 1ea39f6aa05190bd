--- The points of one live curve in bounded memory, however many were added.
--
-- Points fall into buckets of `width` consecutive ones; a bucket keeps its lowest
-- and its highest point, so that no spike is ever lost. When there are twice LIMIT
-- buckets, neighbours are merged and the width doubles: an add is O(1) amortised,
-- and a series takes the same memory after ten points and after ten million.
--
-- Beside them goes an exponential moving average, of which a bucket keeps the newest
-- value. Its weight is given, or such that it reaches back over a twentieth of the
-- course so far: a curve of a hundred points and one of a million are as smooth.
local Series = {}
Series.__index = Series

local LIMIT = 512
local HUGE = 1e300   -- what is larger would overflow the plotter's arithmetic
local REACH = 20     -- the average reaches back over 1/REACH of the course

-- What a bucket keeps; the array of each has an element a bucket, so that a point makes no table.
-- `low` is NaN in a bucket without a finite value.
local FIELDS = {"counts", "gaps", "low", "low_step", "high", "high_step", "means", "mean_step"}
local NAN = 0 / 0

--- Series.new(name [, smooth]): `smooth` is the weight of the old average, 0 ≤ smooth < 1.
function Series.new(name, smooth)
  local self = setmetatable({name = name, smooth = smooth, width = 1, count = 0, finite = 0, n = 0}, Series)
  for _, field in ipairs(FIELDS) do self[field] = {} end
  return self
end

--- Copies bucket `from` over the bucket `to`.
local function move(self, from, to)
  for _, field in ipairs(FIELDS) do self[field][to] = self[field][from] end
end

--- Joins the bucket after bucket `a` into it.
local function merge(self, a)
  local b, low, high = a + 1, self.low, self.high
  self.gaps[a], self.counts[a] = self.gaps[a] or self.gaps[b], self.counts[a] + self.counts[b]
  if low[b] ~= low[b] then return end
  local empty = low[a] ~= low[a]
  if empty or low[b] < low[a] then low[a], self.low_step[a] = low[b], self.low_step[b] end
  if empty or high[b] > high[a] then high[a], self.high_step[a] = high[b], self.high_step[b] end
  self.means[a], self.mean_step[a] = self.means[b], self.mean_step[b]
end

--- Joins neighbours; there is an even number of buckets.
local function halve(self)
  for i = 1, self.n // 2 do
    merge(self, 2 * i - 1)
    move(self, 2 * i - 1, i)
  end
  self.n, self.width = self.n // 2, self.width * 2
end

--- The bucket for the next point.
local function open_bucket(self)
  local n = self.n
  if n > 0 and self.counts[n] < self.width then return n end
  if n >= 2 * LIMIT then
    halve(self)
    n = self.n
  end
  n = n + 1
  self.n, self.counts[n], self.gaps[n] = n, 0, false
  self.low[n], self.high[n], self.means[n] = NAN, NAN, NAN
  self.low_step[n], self.high_step[n], self.mean_step[n] = 0, 0, 0
  return n
end

--- The moving average after `value`, the `finite`-th one. With a given weight the
-- first values count fully: the average of n values a is divided by 1 - weightⁿ.
local function average(self, value)
  local weight = self.smooth
  if weight == nil then
    local new = math.min(1, REACH / self.finite)
    self.mean = (self.mean or 0) * (1 - new) + value * new
    return self.mean
  end
  self.total = (self.total or 0) * weight + value * (1 - weight)
  self.mean = self.total / (1 - weight ^ self.finite)
  return self.mean
end

--- Adds a point. A value that is not finite makes a gap in the curve.
function Series:add(step, value)
  local b = open_bucket(self)
  self.counts[b] = self.counts[b] + 1
  self.count = self.count + 1
  if not (value > -HUGE and value < HUGE) then
    self.gaps[b] = true
    return
  end
  self.finite = self.finite + 1
  self.means[b], self.mean_step[b] = average(self, value), step
  local low, high = self.low, self.high -- a comparison with NaN is false
  if not (value >= low[b]) then low[b], self.low_step[b] = value, step end
  if not (value <= high[b]) then high[b], self.high_step[b] = value, step end
  self.last_step, self.last = step, value
end

--- The points as arrays x, y in the order of their steps; a NaN in y is a gap. Only
-- values greater than `above` are given (0 for a logarithmic axis; default: all).
function Series:points(above)
  above = above or -math.huge
  local x, y, n = {}, {}, 0
  local function put(step, value)
    if value <= above then return end
    n = n + 1
    x[n], y[n] = step, value
  end
  for b = 1, self.n do
    if self.gaps[b] and n > 0 then
      n = n + 1
      x[n], y[n] = x[n - 1], NAN
    end
    local low, low_step, high_step = self.low[b], self.low_step[b], self.high_step[b]
    if low == low then
      if low_step < high_step then put(low_step, low) end
      put(high_step, self.high[b])
      if low_step > high_step then put(low_step, low) end
    end
  end
  if self.last and self.width > 1 then put(self.last_step, self.last) end
  return x, y
end

--- Like `points`, of the moving average.
function Series:averages(above)
  above = above or -math.huge
  local x, y, n = {}, {}, 0
  for b = 1, self.n do
    local mean = self.means[b]
    if mean > above then
      n = n + 1
      x[n], y[n] = self.mean_step[b], mean
    elseif self.low[b] ~= self.low[b] and n > 0 then
      n = n + 1
      x[n], y[n] = x[n - 1], NAN
    end
  end
  return x, y
end

return Series
