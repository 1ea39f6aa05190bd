--- The translation edit rate (Snover et al. 2006): edits with shifts of blocks of words.
local words = require "torchmetrics.text.words"

local tercom = {}

local MAX_SIZE <const>, MAX_DISTANCE <const>, MAX_CANDIDATES <const> = 10, 50, 1000

--- The edits that make `from` of `to`, from left to right: "=" both, "x" substitution, "-" only in `from`, "+" only in
-- `to`; and their number.
local function trace(from, to)
  local cost, step = {}, {}
  for i = 0, #from do cost[i], step[i] = {}, {} end
  for j = 0, #to do cost[0][j], step[0][j] = j, "+" end
  for i = 1, #from do
    local above, row, steps = cost[i - 1], cost[i], step[i]
    row[0], steps[0] = i, "-"
    for j = 1, #to do
      local same = from[i] == to[j]
      local best, how = above[j - 1] + (same and 0 or 1), same and "=" or "x"
      if above[j] + 1 < best then best, how = above[j] + 1, "-" end
      if row[j - 1] + 1 < best then best, how = row[j - 1] + 1, "+" end
      row[j], steps[j] = best, how
    end
  end
  local list, i, j = {}, #from, #to
  while i > 0 or j > 0 do
    local how = step[i][j]
    table.insert(list, 1, how)
    if how ~= "+" then i = i - 1 end
    if how ~= "-" then j = j - 1 end
  end
  return list, cost[#from][#to]
end

--- Which word of the prediction each word of the target stands for, and which words of both are wrong.
local function aligned(steps)
  local at, target, pred, pred_wrong, target_wrong = {}, 0, 0, {}, {}
  for _, how in ipairs(steps) do
    if how ~= "+" then pred = pred + 1 end
    if how ~= "-" then target = target + 1 end
    if how ~= "-" then at[target] = pred end
    if how ~= "+" then pred_wrong[pred] = how ~= "=" end
    if how ~= "-" then target_wrong[target] = how ~= "=" end
  end
  return at, pred_wrong, target_wrong
end

local function any(list, from, n)
  for i = from, from + n - 1 do if list[i] then return true end end
  return false
end

--- The words with the block of n from `start` put behind the first `place` words.
local function shifted(list, start, n, place)
  local out = {}
  local function add(from, to) table.move(list, math.max(from, 1), math.min(to, #list), #out + 1, out) end
  local before = start - 1
  if place < before then
    add(1, place) add(start, start + n - 1) add(place + 1, before) add(start + n, #list)
  elseif place > before + n then
    add(1, before) add(start + n, place) add(start, start + n - 1) add(place + 1, #list)
  else
    add(1, before) add(start + n, n + place) add(start, start + n - 1) add(n + place + 1, #list)
  end
  return out
end

--- Calls f(pred, target, n) for blocks of n words that both have; f returns true to end.
local function each_block(pred, target, f)
  for i = 1, #pred do
    for j = 1, #target do
      if math.abs(i - j) <= MAX_DISTANCE then
        for n = 1, MAX_SIZE - 1 do
          if pred[i + n - 1] ~= target[j + n - 1] then break end
          if f(i, j, n) then return end
          if i + n - 1 == #pred or j + n - 1 == #target then break end
        end
      end
    end
  end
end

local function better(a, b)
  for i = 1, 4 do
    if a[i] ~= b[i] then return a[i] > b[i] end
  end
  return false
end

--- The best shift of a block: what it saves, the words after it, and how many have been looked at.
local function best_shift(pred, target, checked)
  local steps, distance = trace(pred, target)
  local at, pred_wrong, target_wrong = aligned(steps)
  local best
  each_block(pred, target, function(i, j, n)
    if not any(pred_wrong, i, n) or not any(target_wrong, j, n) then return end
    if at[j] and at[j] >= i and at[j] < i + n then return end
    local last
    for offset = -1, n - 1 do
      local where = j + offset
      local place
      if where == 0 then place = 0
      elseif at[where] then place = at[where]
      else break end
      if place ~= last then
        last = place
        local list = shifted(pred, i, n, place)
        local candidate = {distance - words.distance(list, target), n, -i, -place, list}
        checked = checked + 1
        if not best or better(candidate, best) then best = candidate end
      end
    end
    return checked >= MAX_CANDIDATES
  end)
  if not best then return 0, pred, checked end
  return best[1], best[5], checked
end

--- The edits, shifts among them, that make one list of words of the other.
function tercom.edits(pred, target)
  if #target == 0 then return 0 end
  local shifts, checked = 0, 0
  while true do
    local saved, list
    saved, list, checked = best_shift(pred, target, checked)
    if checked >= MAX_CANDIDATES or saved <= 0 then break end
    shifts, pred = shifts + 1, list
  end
  return shifts + words.distance(pred, target)
end

return tercom
