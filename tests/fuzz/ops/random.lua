--- For tests/fuzz/ops.lua: numbers of a generator of its own: the same for a seed, whatever the programs draw.
local random = {}
local state = 1

function random.seed(n) state = n * 6364136223846793005 + 1442695040888963407 end

--- An integer from 1 to n.
function random.below(n)
  state = state * 6364136223846793005 + 1442695040888963407
  local mixed = (state ~ (state >> 29)) * 0x94D049BB133111EB
  return ((mixed >> 33) % n) + 1
end

function random.chance(percent) return random.below(100) <= percent end

function random.one(list) return list[random.below(#list)] end

--- One of the functions of a list {weight, f, weight, f, …}.
function random.weighted(list)
  local total = 0
  for i = 1, #list, 2 do total = total + list[i] end
  local at = random.below(total)
  for i = 1, #list, 2 do
    at = at - list[i]
    if at <= 0 then return list[i + 1] end
  end
end

return random
