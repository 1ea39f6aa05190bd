-- Line search that ends at a point with the strong Wolfe conditions (Nocedal and Wright 2006, Numerical Optimization,
-- algorithms 3.5 and 3.6, with cubic interpolation, equation 3.59).
local line_search = {}

-- How much of the fall that the slope promises must come true, and what share of the slope may be left.
local FALL <const>, SLOPE <const> = 1e-4, 0.9

--- The lowest place between two points {at =, f =, slope =} of the cubic through them; the middle where it has none.
local function lowest(a, b, low, high)
  if not low then low, high = math.min(a.at, b.at), math.max(a.at, b.at) end
  local d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.at - b.at)
  local square = d1 ^ 2 - a.slope * b.slope
  if not (square >= 0) then return (low + high) / 2 end
  local left, right = a, b
  if a.at > b.at then left, right = b, a end
  local d2 = square ^ 0.5
  local at = right.at - (right.at - left.at) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2))
  return math.min(math.max(at, low), high)
end

--- Goes on in steps that grow until two points have a good one between them. Returns these two, or one good point, and
-- the number of points that were tried.
local function bracket(evaluate, start, at, most)
  local before, tries = start, 0
  local point = evaluate(at)
  while tries < most do
    if point.f > start.f + FALL * point.at * start.slope or tries > 1 and point.f >= before.f then
      return before, point, tries
    elseif math.abs(point.slope) <= -SLOPE * start.slope then
      return point, nil, tries
    elseif point.slope >= 0 then
      return before, point, tries
    end
    local next_at = lowest(before, point, point.at + 0.01 * (point.at - before.at), point.at * 10)
    before, point = point, evaluate(next_at)
    tries = tries + 1
  end
  return start, point, tries
end

--- The next place to try between two points; `stalled` is whether the last one was near an end. A place near an end
-- twice, or beyond it, is moved away from it.
local function next_place(a, b, stalled)
  local low, high = math.min(a.at, b.at), math.max(a.at, b.at)
  local at, margin = lowest(a, b), 0.1 * (high - low)
  if math.min(high - at, at - low) >= margin then return at, false end
  if not stalled and at < high and at > low then return at, true end
  return math.abs(at - high) < math.abs(at - low) and high - margin or low + margin, false
end

--- Narrows two points down. Returns the lower one, and the number of points that were tried in all.
local function zoom(evaluate, start, a, b, tries, options)
  local low, high = a, b
  if not (a.f <= b.f) then low, high = b, a end
  local stalled = false
  while tries < options.most and math.abs(a.at - b.at) * options.length >= options.least do
    local at
    at, stalled = next_place(a, b, stalled)
    local point = evaluate(at)
    tries = tries + 1
    local low_is_a = low == a
    if point.f > start.f + FALL * point.at * start.slope or point.f >= low.f then
      high = point
    else
      if math.abs(point.slope) <= -SLOPE * start.slope then return point, tries end
      if point.slope * (high.at - low.at) >= 0 then high = low end
      low = point
    end
    if low_is_a then a, b = low, high else a, b = high, low end
    if not (low.f <= high.f) then low, high = high, low end
  end
  return low, tries
end

--- `evaluate(t)` gives {at = t, f =, slope =, …} at the step t along a direction; `start` is that at 0, `at` the
-- first step. options: most = how many points may be tried after the first one, length = the largest element of the
-- direction, least = a bracket that moves no parameter by more is not narrowed. Returns the point found and how often
-- evaluate was called.
function line_search.strong_wolfe(evaluate, start, at, options)
  local a, b, tries = bracket(evaluate, start, at, options.most)
  if b then a, tries = zoom(evaluate, start, a, b, tries, options) end
  return a, tries + 1
end

return line_search
