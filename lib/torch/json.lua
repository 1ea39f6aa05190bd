-- Strict JSON (RFC 8259) for the headers of files: decode raises with the offset of what
-- is wrong; integers stay integers; objects keep no order; duplicate keys are refused.
local json = {}

local MAX_DEPTH = 500

local function wrong(at, what) error({offset = at - 1, what = what}, 0) end

local ESCAPES = {['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}

local function read_string(text, at)
  local parts, from = {}, at + 1
  while true do
    local stop = text:find('[%c"\\]', from)
    if not stop then wrong(at, "a string without end") end
    parts[#parts + 1] = text:sub(from, stop - 1)
    local ch = text:sub(stop, stop)
    if ch == '"' then return table.concat(parts), stop + 1 end
    if ch ~= "\\" then wrong(stop, "a control character in a string") end
    local e = text:sub(stop + 1, stop + 1)
    if ESCAPES[e] then
      parts[#parts + 1], from = ESCAPES[e], stop + 2
    elseif e == "u" then
      local hex = text:match("^%x%x%x%x", stop + 2) or wrong(stop, "a bad escape in a string")
      local code = tonumber(hex, 16)
      from = stop + 6
      if code >= 0xD800 and code < 0xDC00 then
        local low = tonumber(text:match("^\\u(%x%x%x%x)", from) or "0", 16)
        if low < 0xDC00 or low > 0xDFFF then wrong(stop, "half of a surrogate pair") end
        code, from = 0x10000 + (code - 0xD800) * 1024 + (low - 0xDC00), from + 6
      elseif code >= 0xDC00 and code <= 0xDFFF then wrong(stop, "half of a surrogate pair") end
      parts[#parts + 1] = utf8.char(code)
    else wrong(stop, "a bad escape in a string") end
  end
end

local function skip(text, at) return text:match("^[ \t\r\n]*()", at) end

local read_value

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
  local digits = text:match("^%-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local number = digits and not digits:find "^%-?0%d" and tonumber(digits)
  if not number then wrong(at, "expected a value") end
  return number, at + #digits
end

--- The value of a JSON text; raises {offset =, what =}. null is refused.
function json.decode(text)
  local value, at = read_value(text, skip(text, 1), 0)
  at = skip(text, at)
  if at <= #text then wrong(at, "more text after the value") end
  return value
end

--- A string as JSON; it must be valid UTF-8.
function json.quote(s)
  return '"' .. s:gsub('[%c"\\\127]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
end

return json
