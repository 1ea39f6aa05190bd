-- Strict JSON (RFC 8259) for the headers of files and for messages: decode raises with the
-- offset of what is wrong; integers stay integers; objects keep no order; duplicate keys
-- are refused.
local json = {}

--- null, for encode, and for decode when it is told so.
json.null = setmetatable({}, {__tostring = function() return "null" end})

local MAX_DEPTH = 500

local function wrong(at, what) error({offset = at - 1, what = what}, 0) end

local ESCAPES = {['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}

-- The code point of "\\uXXXX" at 'i', and the position after it (two make a surrogate pair).
local function read_code(raw, i, at)
  local code = tonumber(raw:match("^%x%x%x%x", i + 2) or wrong(at, "a bad escape in a string"), 16)
  if code < 0xD800 or code > 0xDFFF then return code, i + 6 end
  local low = tonumber(raw:match("^\\u(%x%x%x%x)", i + 6) or "0", 16)
  if code > 0xDBFF or low < 0xDC00 or low > 0xDFFF then wrong(at, "half of a surrogate pair") end
  return 0x10000 + (code - 0xD800) * 1024 + (low - 0xDC00), i + 12
end

-- 'raw' holds known escapes only; it stands at 'at' of the text.
local function unescape(raw, at)
  if not raw:find("\\u", 1, true) then return (raw:gsub("\\(.)", ESCAPES)) end
  local parts, from = {}, 1
  while true do
    local i = raw:find("\\", from, true)
    parts[#parts + 1] = raw:sub(from, (i or 0) - 1)
    if not i then return table.concat(parts) end
    local e = raw:sub(i + 1, i + 1)
    if e == "u" then
      local code
      code, from = read_code(raw, i, at + i - 1)
      parts[#parts + 1] = utf8.char(code)
    else
      parts[#parts + 1], from = ESCAPES[e], i + 2
    end
  end
end

local function read_string(text, at)
  local from, escaped = at + 1, false
  local stop = from
  while true do
    stop = text:find('[\0-\31"\\]', stop) or wrong(at, "a string without end")
    local ch = text:byte(stop)
    if ch == 34 then break end
    if ch ~= 92 then wrong(stop, "a control character in a string") end
    local e = text:sub(stop + 1, stop + 1)
    if not ESCAPES[e] and e ~= "u" then wrong(stop, "a bad escape in a string") end
    escaped, stop = true, stop + 2
  end
  local raw = text:sub(from, stop - 1)
  return escaped and unescape(raw, from) or raw, stop + 1
end

local function skip(text, at) return text:match("^[ \t\r\n]*()", at) end

local read_value, null_value

local function read_array(text, at, depth)
  local list = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "]" then return list, at + 1 end
  while true do
    list[#list + 1], at = read_value(text, at, depth)
    at = skip(text, at)
    local ch = text:sub(at, at)
    if ch == "]" then return list, at + 1 end
    if ch ~= "," then wrong(at, "expected ',' or ']'") end
    at = skip(text, at + 1)
  end
end

local function read_object(text, at, depth)
  local object = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "}" then return object, at + 1 end
  while true do
    if text:sub(at, at) ~= '"' then wrong(at, "expected a key") end
    local key
    local key_at = at
    key, at = read_string(text, at)
    at = skip(text, at)
    if text:sub(at, at) ~= ":" then wrong(at, "expected ':'") end
    if object[key] ~= nil then wrong(key_at, "the key '" .. key .. "' twice") end
    object[key], at = read_value(text, skip(text, at + 1), depth)
    at = skip(text, at)
    local ch = text:sub(at, at)
    if ch == "}" then return object, at + 1 end
    if ch ~= "," then wrong(at, "expected ',' or '}'") end
    at = skip(text, at + 1)
  end
end

function read_value(text, at, depth)
  if depth > MAX_DEPTH then wrong(at, "nested too deep") end
  local ch = text:sub(at, at)
  if ch == '"' then return read_string(text, at) end
  if ch == "{" then return read_object(text, at, depth + 1) end
  if ch == "[" then return read_array(text, at, depth + 1) end
  if text:find("^true", at) then return true, at + 4 end
  if text:find("^false", at) then return false, at + 5 end
  if null_value ~= nil and text:find("^null", at) then return null_value, at + 4 end
  local digits = text:match("^%-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local number = digits and not digits:find "^%-?0%d" and tonumber(digits)
  if not number then wrong(at, "expected a value") end
  return number, at + #digits
end

--- The value of a JSON text; raises {offset =, what =}. null becomes `null` (json.null, say);
-- without that it is refused.
function json.decode(text, null)
  null_value = null
  local value, at = read_value(text, skip(text, 1), 0)
  at = skip(text, at)
  if at <= #text then wrong(at, "more text after the value") end
  return value
end

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
