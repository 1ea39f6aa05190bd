-- JSON texts whose objects keep the order of their keys, as tokenizer.json files have it.
local json = require "torch.json"
local ordered = {}

local OBJECT, ARRAY = {}, {}

local SHORT <const> = {['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\t"] = "\\t", ["\n"] = "\\n", ["\f"] = "\\f",
  ["\r"] = "\\r"}
for i = 0, 31 do
  local c = string.char(i)
  SHORT[c] = SHORT[c] or ("\\u%04x"):format(i)
end

local function quote(s) return '"' .. s:gsub('[\0-\31"\\]', SHORT) .. '"' end

-- An object of {key, value} pairs.
function ordered.object(pairs) return setmetatable(pairs, OBJECT) end
function ordered.array(list) return setmetatable(list, ARRAY) end

-- The shortest text that reads as the number.
local function write_number(x)
  if math.type(x) == "integer" then return ("%d"):format(x) end
  if x ~= x or x == math.huge or x == -math.huge then return "null" end
  local text
  for digits = 15, 17 do
    text = ("%." .. digits .. "g"):format(x)
    if tonumber(text) == x then break end
  end
  return text:find "[.e]" and text or text .. ".0"
end

local write

-- Items between brackets; 'indent' is the line break of the level above, or nil.
local function enclose(open, parts, close, indent)
  if #parts == 0 then return open .. close end
  if not indent then return open .. table.concat(parts, ",") .. close end
  local inner = indent .. "  "
  return open .. inner .. table.concat(parts, "," .. inner) .. indent .. close
end

function write(value, indent)
  local kind = type(value)
  if value == json.null then return "null" end
  if kind == "string" then return quote(value) end
  if kind == "number" then return write_number(value) end
  if kind == "boolean" then return tostring(value) end
  local parts, inner, colon = {}, indent and indent .. "  ", indent and ": " or ":"
  if getmetatable(value) == OBJECT then
    for i, pair in ipairs(value) do parts[i] = quote(pair[1]) .. colon .. write(pair[2], inner) end
    return enclose("{", parts, "}", indent)
  end
  for i, item in ipairs(value) do parts[i] = write(item, inner) end
  return enclose("[", parts, "]", indent)
end

-- The text of strings, numbers, booleans, json.null, objects and arrays, on many lines where it is to be pretty.
function ordered.encode(value, pretty) return write(value, pretty and "\n" or nil) end

return ordered
