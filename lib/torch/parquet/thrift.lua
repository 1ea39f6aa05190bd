--- Structures in Thrift's compact protocol, as the headers of Parquet are: tables from the numbers of fields to values.
local thrift = {}

local DEPTH <const> = 16 -- of structures in structures
local DAMAGED <const> = "a header is damaged"

local function fail() error(DAMAGED, 0) end

--- A number in 7 bits a byte, and the position behind it.
local function varint(bytes, at)
  local value, shift = 0, 0
  repeat
    local byte = bytes:byte(at)
    if not byte or shift > 63 then fail() end
    value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
  until byte < 128
  return value, at
end

local function zigzag(bytes, at)
  local value
  value, at = varint(bytes, at)
  return value >> 1 ~ -(value & 1), at
end

local read -- type → function(bytes, at, depth) → value, position behind it

local function list(bytes, at, depth)
  if depth > DEPTH then fail() end
  local head = bytes:byte(at) or fail()
  local n, item = head >> 4, read[head & 15] or fail()
  at = at + 1
  if n == 15 then n, at = varint(bytes, at) end
  if n < 0 or n > #bytes - at + 1 then fail() end -- each item has a byte at least
  local items = {}
  for i = 1, n do
    if head & 15 <= 2 then items[i], at = bytes:byte(at) == 1, at + 1
    else items[i], at = item(bytes, at, depth + 1) end
  end
  return items, at
end

local function struct(bytes, at, depth)
  if depth > DEPTH then fail() end
  local fields, id = {}, 0
  while true do
    local head = bytes:byte(at) or fail()
    at = at + 1
    if head == 0 then return fields, at end
    if head >> 4 == 0 then id, at = zigzag(bytes, at) else id = id + (head >> 4) end
    local value = read[head & 15] or fail()
    fields[id], at = value(bytes, at, depth + 1)
  end
end

local function text(bytes, at)
  local n
  n, at = varint(bytes, at)
  if n < 0 or n > #bytes - at + 1 then fail() end
  return bytes:sub(at, at + n - 1), at + n
end

read = {function(_, at) return true, at end, function(_, at) return false, at end,
  function(bytes, at) return bytes:byte(at) or fail(), at + 1 end, zigzag, zigzag, zigzag,
  function(bytes, at)
    if at + 7 > #bytes then fail() end
    return string.unpack("<d", bytes, at)
  end, text, list, list, function() fail() end, struct} -- headers of Parquet have no maps

--- The structure at a position, from 1, and the position behind it. Raises a text where it is damaged.
function thrift.read(bytes, at) return struct(bytes, at, 1) end

return thrift
