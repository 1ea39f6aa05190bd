--- Axes: where the ticks of a range stand, what they are called, and how values
-- become fractions of the axis.
local Axis = {}
Axis.__index = Axis

local MANY = 1e15 -- beyond that numbers are written with an exponent

--- The smallest of 1, 2, 5 × 10^k that is at least `least`.
local function nice(least)
  local power = 10 ^ math.floor(math.log(least, 10))
  for _, factor in ipairs{1, 2, 5, 10} do
    if factor * power >= least * (1 - 1e-9) then return factor * power end
  end
  return least
end

--- Without the zeros and the plus of an exponent: 1e-5, 1e20.
local function short(text) return (text:gsub("e([+-])0*", function(sign)
  return sign == "-" and "e-" or "e"
end)) end

--- The text of `value` where ticks are `step` apart and the largest is `most`.
local function label(value, step, most)
  if value == 0 then return "0" end
  if most >= MANY or most < 1e-4 then return short(("%.4g"):format(value)) end
  local unit, suffix = 1, ""
  if most >= 1e6 then unit, suffix = 1e6, "M" elseif most >= 1e5 then unit, suffix = 1e3, "k" end
  local decimals = math.max(0, -math.floor(math.log(step / unit, 10) + 1e-9))
  if decimals > 6 then return ("%.6g"):format(value) end
  return ("%.*f"):gsub("%*", decimals):format(value / unit) .. suffix
end

local function linear_ticks(lo, hi, n, whole)
  local step = nice((hi - lo) / math.max(n, 1))
  if whole then step = math.max(step, 1) end
  local most = math.max(math.abs(lo), math.abs(hi))
  local ticks = {}
  if not (step > 0) or lo + step == lo and hi + step == hi then return ticks end
  local first = math.ceil(lo / step - 1e-9)
  for i = 0, 100 do
    local value = (first + i) * step
    if value > hi + 1e-9 * step then break end
    ticks[#ticks + 1] = {value = value, label = label(value, step, most)}
  end
  return ticks
end

--- The numbers of a logarithmic axis are all written as powers, or none.
local function in_one_style(ticks)
  local first, last = ticks[1].value, ticks[#ticks].value
  if first >= 1e-3 * (1 - 1e-9) and last <= 1e4 * (1 + 1e-9) then return ticks end
  for _, tick in ipairs(ticks) do
    local power = math.floor(math.log(tick.value, 10) + 1e-9)
    tick.label = ("%ge%d"):format(tick.value / 10.0 ^ power, power)
  end
  return ticks
end

--- Powers of ten; every k-th where there are many, 2 and 5 between where there are few.
local function log_ticks(lo, hi, n)
  local from, to = math.floor(math.log(lo, 10)), math.ceil(math.log(hi, 10))
  local every = math.max(1, math.ceil((to - from) / math.max(n, 1)))
  local factors = (to - from) * 3 <= n and {1, 2, 5} or {1}
  local ticks = {}
  for power = math.ceil(from / every) * every, to, every do
    for _, factor in ipairs(factors) do
      local value = factor * 10.0 ^ power
      if value >= lo * (1 - 1e-9) and value <= hi * (1 + 1e-9) then
        ticks[#ticks + 1] = {value = value, label = short(("%g"):format(value))}
      end
    end
  end
  if #ticks >= 2 then return in_one_style(ticks) end
  return linear_ticks(lo, hi, n)
end

--- The axis from `lo` to `hi`, logarithmic with `log`: both are positive then. A range
-- of one value is widened.
function Axis.new(lo, hi, log)
  if lo == hi then
    local room = log and 0 or lo == 0 and 1 or math.abs(lo) * 0.1
    if log then lo, hi = lo / 2, hi * 2 else lo, hi = lo - room, hi + room end
  end
  local self = setmetatable({lo = lo, hi = hi, log = log or false}, Axis)
  self.from = log and math.log(lo) or lo
  self.span = (log and math.log(hi) or hi) - self.from
  if not (self.span > 0) then self.span = 1 end
  return self
end

--- Where `value` is between the ends, 0 … 1; nil for what a logarithmic axis has not.
function Axis:place(value)
  if not self.log then return (value - self.from) / self.span end
  if value > 0 then return (math.log(value) - self.from) / self.span end
end

--- About `n` ticks, at `whole` numbers only if so wanted: an array of {value =,
-- label =}, rising.
function Axis:ticks(n, whole)
  return (self.log and log_ticks or linear_ticks)(self.lo, self.hi, n, whole)
end

return Axis
