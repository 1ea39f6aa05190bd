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

--- Series.new(name [, smooth]): `smooth` is the weight of the old average, 0 ≤ smooth < 1.
function Series.new(name, smooth)
  return setmetatable({name = name, smooth = smooth, width = 1, count = 0, finite = 0,
    buckets = {}}, Series)
end

--- Joins bucket `b` into the bucket `a` before it.
local function merge(a, b)
  a.gap, a.count = a.gap or b.gap, a.count + b.count
  if b.low == nil then return end
  if a.low == nil or b.low < a.low then a.low, a.low_step = b.low, b.low_step end
  if a.high == nil or b.high > a.high then a.high, a.high_step = b.high, b.high_step end
  a.mean, a.mean_step = b.mean, b.mean_step
end

local function halve(self)
  local merged = {}
  for i = 1, #self.buckets, 2 do
    local a, b = self.buckets[i], self.buckets[i + 1]
    if b then merge(a, b) end
    merged[#merged + 1] = a
  end
  self.buckets, self.width = merged, self.width * 2
end

--- The bucket for the next point.
local function open_bucket(self)
  local bucket = self.buckets[#self.buckets]
  if bucket and bucket.count < self.width then return bucket end
  if #self.buckets >= 2 * LIMIT then
    halve(self)
    bucket = self.buckets[#self.buckets]
    if bucket.count < self.width then return bucket end
  end
  bucket = {count = 0}
  self.buckets[#self.buckets + 1] = bucket
  return bucket
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
  local bucket = open_bucket(self)
  bucket.count = bucket.count + 1
  self.count = self.count + 1
  if not (value > -HUGE and value < HUGE) then
    bucket.gap = true
    return
  end
  self.finite = self.finite + 1
  bucket.mean, bucket.mean_step = average(self, value), step
  if bucket.low == nil or value < bucket.low then bucket.low, bucket.low_step = value, step end
  if bucket.high == nil or value > bucket.high then
    bucket.high, bucket.high_step = value, step
  end
  self.last_step, self.last = step, value
end

local NAN = 0 / 0

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
  for _, b in ipairs(self.buckets) do
    if b.gap and n > 0 then
      n = n + 1
      x[n], y[n] = x[n - 1], NAN
    end
    if b.low and b.low_step < b.high_step then
      put(b.low_step, b.low)
      put(b.high_step, b.high)
    elseif b.low then
      put(b.high_step, b.high)
      if b.low_step > b.high_step then put(b.low_step, b.low) end
    end
  end
  if self.last and self.width > 1 then put(self.last_step, self.last) end
  return x, y
end

--- Like `points`, of the moving average.
function Series:means(above)
  above = above or -math.huge
  local x, y, n = {}, {}, 0
  for _, b in ipairs(self.buckets) do
    if b.mean and b.mean > above then
      n = n + 1
      x[n], y[n] = b.mean_step, b.mean
    elseif b.low == nil and n > 0 then
      n = n + 1
      x[n], y[n] = x[n - 1], NAN
    end
  end
  return x, y
end

return Series
