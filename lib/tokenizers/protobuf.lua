-- Messages of protocol buffers, as far as files of models need them.
local protobuf = {}

local MAX_DEPTH <const> = 16

-- A number of 7 bits a byte at 'at', and the place behind it.
local function read_varint(bytes, at, wrong)
  local value, shift = 0, 0
  while true do
    local b = bytes:byte(at)
    if not b or shift > 63 then wrong(("a number without end (offset %d)"):format(at - 1)) end
    value = value | (b & 127) << shift
    at, shift = at + 1, shift + 7
    if b < 128 then return value, at end
  end
end

-- The value of a field of a wire type, and the place behind it.
local function read_value(bytes, at, wire, wrong)
  if wire == 0 then return read_varint(bytes, at, wrong) end
  local n
  if wire == 1 then n = 8 elseif wire == 5 then n = 4
  elseif wire == 2 then n, at = read_varint(bytes, at, wrong)
  else wrong(("a field of the type %d (offset %d)"):format(wire, at - 1)) end
  if n < 0 or n > #bytes - at + 1 then wrong(("a field is longer than the rest (offset %d)"):format(at - 1)) end
  return bytes:sub(at, at + n - 1), at + n
end

-- The fields that 'schema' names, {[NUMBER] = {NAME, "bytes" | "float" | "int" | schema, list =}}, of a message.
function protobuf.decode(bytes, schema, wrong, depth)
  local message, at = {}, 1
  if (depth or 0) > MAX_DEPTH then wrong "messages in messages, too deep" end
  while at <= #bytes do
    local tag, value
    local start = at - 1
    tag, at = read_varint(bytes, at, wrong)
    value, at = read_value(bytes, at, tag & 7, wrong)
    local field = schema[tag >> 3]
    if field then
      local kind = field[2]
      if (kind == "int") ~= (math.type(value) == "integer") or (kind == "float" and #value ~= 4) then
        wrong(("'%s' has a wrong type (offset %d)"):format(field[1], start))
      end
      if kind == "float" then value = string.unpack("<f", value)
      elseif type(kind) == "table" then value = protobuf.decode(value, kind, wrong, (depth or 0) + 1) end
      if field.list then
        message[field[1]] = message[field[1]] or {}
        table.insert(message[field[1]], value)
      else message[field[1]] = value end
    end
  end
  return message
end

return protobuf
