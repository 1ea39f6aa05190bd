-- Text that several parts of the generator read and make.
local strings = {}

--- "batch_norm" → "BatchNorm".
function strings.camel(name) return (name:gsub("^%l", string.upper):gsub("_(%w)", string.upper)) end

--- A string as a literal of C; nil: NULL.
function strings.quote(s) return s and '"' .. s:gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"' or "NULL" end

--- "a: int, b: ints = {1, 2}" → its parts, at the commas outside of brackets. The parts of "" are none.
function strings.parts(list)
  local parts, depth, start = {}, 0, 1
  for i = 1, #list + 1 do
    local ch = i <= #list and list:sub(i, i) or ","
    if ch:find "[{(]" then depth = depth + 1
    elseif ch:find "[})]" then depth = depth - 1
    elseif ch == "," and depth == 0 then
      parts[#parts + 1] = list:sub(start, i - 1):match "^%s*(.-)%s*$"
      start = i + 1
    end
  end
  return parts[1] ~= "" and parts or {}
end

return strings
