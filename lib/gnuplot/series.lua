--- The points of one live curve in bounded memory, however many were added.
--
-- Points fall into buckets of `width` consecutive ones; a bucket keeps its lowest
-- and its highest point, so that no spike is ever lost. When there are twice LIMIT
-- buckets, neighbours are merged and the width doubles: an add is O(1) amortised,
-- and a series takes the same memory after ten points and after ten million.
local Series = {}
Series.__index = Series

local LIMIT = 512
local HUGE = 1e300 -- what is larger would overflow the plotter's arithmetic

function Series.new(name)
  return setmetatable({name = name, width = 1, count = 0, buckets = {}}, Series)
end

--- Joins bucket `b` into the bucket `a` before it.
local function merge(a, b)
  a.gap = a.gap or b.gap
  a.count, a.finite, a.sum = a.count + b.count, a.finite + b.finite, a.sum + b.sum
  if b.low and (a.low == nil or b.low < a.low) then a.low, a.low_step = b.low, b.low_step end
  if b.high and (a.high == nil or b.high > a.high) then
    a.high, a.high_step = b.high, b.high_step
  end
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

--- Adds a point. A value that is not finite makes a gap in the curve.
function Series:add(step, value)
  local buckets = self.buckets
  local bucket = buckets[#buckets]
  if bucket == nil or bucket.count >= self.width then
    if #buckets >= 2 * LIMIT then
      halve(self)
      buckets = self.buckets
      bucket = buckets[#buckets]
    end
    if bucket == nil or bucket.count >= self.width then
      bucket = {count = 0, finite = 0, sum = 0}
      buckets[#buckets + 1] = bucket
    end
  end
  bucket.count = bucket.count + 1
  self.count = self.count + 1
  if not (value > -HUGE and value < HUGE) then
    bucket.gap = true
    return
  end
  bucket.finite, bucket.sum = bucket.finite + 1, bucket.sum + value
  if bucket.low == nil or value < bucket.low then bucket.low, bucket.low_step = value, step end
  if bucket.high == nil or value > bucket.high then
    bucket.high, bucket.high_step = value, step
  end
  self.last_step, self.last = step, value
end

local function row(rows, step, value, above)
  if value <= above then return 0 end
  rows[#rows + 1] = ("%.10g %.10g\n"):format(step, value)
  return 1
end

--- The points as lines "step value"; an empty line is a gap. Only values greater
-- than `above` are given (0 for a logarithmic axis; default: all). Returns the text
-- and the number of points.
function Series:text(above)
  above = above or -math.huge
  local rows, n = {}, 0
  for _, b in ipairs(self.buckets) do
    if b.gap and n > 0 then rows[#rows + 1] = "\n" end
    if b.low and b.low_step <= b.high_step then
      n = n + row(rows, b.low_step, b.low, above)
      if b.low_step < b.high_step then n = n + row(rows, b.high_step, b.high, above) end
    elseif b.low then
      n = n + row(rows, b.high_step, b.high, above) + row(rows, b.low_step, b.low, above)
    end
  end
  if self.last and self.width > 1 then n = n + row(rows, self.last_step, self.last, above) end
  return table.concat(rows), n
end

--- Like `text`, about `n` means of neighbouring points instead of the points: the
-- course of a noisy curve.
function Series:means(n, above)
  above = above or -math.huge
  local rows, group, points = {}, math.max(1, #self.buckets // n), 0
  for i = 1, #self.buckets, group do
    local sum, finite, step, steps = 0, 0, 0, 0
    for j = i, math.min(i + group - 1, #self.buckets) do
      local b = self.buckets[j]
      sum, finite = sum + b.sum, finite + b.finite
      if b.low then step, steps = step + (b.low_step + b.high_step) / 2, steps + 1 end
    end
    if finite > 0 then
      points = points + row(rows, step / steps, sum / finite, above)
    elseif points > 0 then
      rows[#rows + 1] = "\n"
    end
  end
  return table.concat(rows), points
end

return Series
