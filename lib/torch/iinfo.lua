local options = require "torch.utils.options"
local dtypes = {}
for _, dtype in ipairs(torch._C.dtypes()) do
  if dtype.category == "integer" then dtypes["torch." .. dtype.name] = dtype end
end

--- torch.iinfo(type: dtype) -> table: The limits of an integer dtype: bits, min, max, dtype. The largest uint64 is
-- no Lua integer, so its max is a float.
-- Example: torch.iinfo(torch.int8).max --> 127
return function(...)
  local type = options.read("iinfo", {{"type", kind = "any"}}, ...).type
  local dtype = dtypes[tostring(type)] or dtypes["torch." .. tostring(type)]
  if not dtype then options.wrong("iinfo", "type", 1, "an integer dtype", type) end
  local largest = dtype.name == "int64" and math.maxinteger or math.tointeger(dtype.highest) or dtype.highest
  return {bits = dtype.size * 8, min = math.tointeger(dtype.lowest), max = largest, dtype = dtype.name}
end
