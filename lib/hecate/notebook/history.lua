--- What was run, for history_request: entries {number, code, text of the result}.
local json = require "torch.json"

local history = {}

--- A glob (`*`, `?`) as a pattern.
local function pattern_of(glob)
  local text = glob:gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".")
  return "^" .. text .. "$"
end

local function last(list, n)
  if n == nil or n >= #list then return list end
  return table.move(list, #list - math.max(n, 0) + 1, #list, 1, {})
end

local function search(all, glob, unique)
  local pattern, found, seen = pattern_of(glob or "*"), {}, {}
  for i = #all, 1, -1 do
    local code = all[i][2]
    if code:find(pattern) and not (unique and seen[code]) then
      table.insert(found, 1, all[i])
      seen[code] = true
    end
  end
  return found
end

local function range(all, start, stop)
  local found = {}
  for _, entry in ipairs(all) do
    if entry[1] >= (start or 1) and (stop == nil or entry[1] < stop) then found[#found + 1] = entry end
  end
  return found
end

--- The entries that `wanted`, the content of the request, asks for; `given` makes null nil.
-- There is one session, 0; others (by their number) are empty.
function history.select(all, wanted, given)
  local kind, found = wanted.hist_access_type, {}
  if kind == "tail" then found = last(all, given(wanted.n))
  elseif kind == "search" then found = last(search(all, given(wanted.pattern), wanted.unique == true), given(wanted.n))
  elseif (given(wanted.session) or 0) == 0 then found = range(all, given(wanted.start), given(wanted.stop)) end
  local list = json.array{}
  for i, entry in ipairs(found) do
    local what = entry[2]
    if wanted.output == true then what = json.array{entry[2], entry[3] or json.null} end
    list[i] = json.array{0, entry[1], what}
  end
  return list
end

return history
