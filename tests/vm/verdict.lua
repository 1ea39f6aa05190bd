--- For specs of wrong calls: values to call with, and the verdict on what came back.
local verdict = {}

--- Stands for an argument that is not given.
verdict.MISSING = setmetatable({}, {__tostring = function() return "nothing" end})
verdict.most, verdict.least = math.maxinteger, math.mininteger

function verdict.is_integer(v) return type(v) == "number" and math.tointeger(v) ~= nil end

--- What is wrong with a message, or nil. `name` is the function that was called.
function verdict.fault_of(message, name, bad)
  if type(message) ~= "string" then return "is a " .. type(message) end
  local text = message:gsub("^[^:\n]-:%d+: ", "")
  if text:find "\n" then return "has more than one line" end
  if #text > 420 then return "has " .. #text .. " bytes" end
  name = name:gsub("^x:", "")
  if text:sub(1, #name + 2) ~= name .. ": " then return "does not start with " .. name end
  if text:find("bad argument", 1, true) or text:find "luaL?_" or text:find("attempt to", 1, true)
    or text:find "[%w]+_[%w_]*%.c" then return "shows internals" end
  if text:find "%(null%)" or bad ~= verdict.least and bad ~= math.huge and text:find "%-9223372036854775808" then
    return "shows a C value"
  end
end

--- A value as text, for reports.
local function show(v)
  if torch.is_tensor(v) then return ("%s (%s)"):format(tostring(v.dtype), table.concat(v.shape, "×")) end
  if type(v) ~= "table" or v == verdict.MISSING then return tostring(v) end
  local parts = {}
  for k, x in pairs(v) do parts[#parts + 1] = tostring(k) .. "=" .. show(x) end
  return "{" .. table.concat(parts, ", ") .. "}"
end
verdict.show = show

return verdict
