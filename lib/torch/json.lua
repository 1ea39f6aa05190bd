-- Strict JSON (RFC 8259) for the headers of files and for messages: decode raises with the
-- offset of what is wrong; integers stay integers; objects keep no order; duplicate keys
-- are refused.
local json = {}

--- null, for encode, and for decode when it is told so.
json.null = setmetatable({}, {__tostring = function() return "null" end})

local MAX_DEPTH = 500

--- The value of a JSON text; raises {offset =, what =}. null becomes `null` (json.null, say);
-- without that it is refused.
json.decode = require "torch.json.reader"

local SHORT = {['"'] = '\\"', ["\\"] = "\\\\"}
for i = 0, 31 do SHORT[string.char(i)] = ("\\u%04x"):format(i) end

--- A string as JSON; it must be valid UTF-8.
function json.quote(s) return '"' .. s:gsub('[\0-\31"\\]', SHORT) .. '"' end

-- ---- writing -------------------------------------------------------------------------

local ARRAY = {}

--- Marks a table as an array, also when it is empty: without, {} is an object.
function json.array(list) return setmetatable(list, ARRAY) end

--- A string with U+FFFD in place of every byte that is not UTF-8.
function json.repair(s)
  local parts, from = {}, 1
  while true do
    local _, wrong_at = utf8.len(s, from)
    if wrong_at == nil then break end
    parts[#parts + 1] = s:sub(from, wrong_at - 1) .. "\u{FFFD}"
    from = wrong_at + 1
  end
  return from == 1 and s or table.concat(parts) .. s:sub(from)
end

local function write_number(x)
  if math.type(x) == "integer" then return ("%d"):format(x) end
  if x ~= x or x == math.huge or x == -math.huge then error("json: there is no number " .. x, 0) end
  local text = ("%.17g"):format(x)
  return text:find("[.e]") and text or text .. ".0"
end

local write

local function write_object(object, depth)
  local keys, parts = {}, {}
  for key in pairs(object) do
    if type(key) ~= "string" then error("json: a key is no string but " .. tostring(key), 0) end
    keys[#keys + 1] = key
  end
  table.sort(keys)
  for i, key in ipairs(keys) do parts[i] = write(key, depth) .. ":" .. write(object[key], depth) end
  return "{" .. table.concat(parts, ",") .. "}"
end

function write(value, depth)
  local kind = type(value)
  if depth > MAX_DEPTH then error("json: nested too deep, or in itself", 0) end
  if value == json.null then return "null" end
  if kind == "string" then return json.quote(json.repair(value)) end
  if kind == "number" then return write_number(value) end
  if kind == "boolean" then return tostring(value) end
  if kind ~= "table" then error("json: cannot write a " .. kind, 0) end
  if getmetatable(value) ~= ARRAY and #value == 0 then return write_object(value, depth + 1) end
  local parts = {}
  for i, item in ipairs(value) do parts[i] = write(item, depth + 1) end
  return "[" .. table.concat(parts, ",") .. "]"
end

--- The JSON text of strings, numbers, booleans, json.null, arrays and tables with string
-- keys, which come out sorted. Raises on everything else.
function json.encode(value) return write(value, 0) end

return json
