--- What the columns of Parquet become: how their values lie in pages, the dtype, and what is made of it at the end.
local types = {}

local PHYSICAL <const> = {[0] = "BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY",
  "FIXED_LEN_BYTE_ARRAY"}
local UNITS <const> = {"ms", "us", "ns"}

--- The older way to say what a column means, as the newer one has it.
local CONVERTED <const> = {[0] = {text = true}, [4] = {text = true}, [5] = {decimal = true}, [6] = {name = "date"},
  [7] = {name = "time[ms]"}, [8] = {name = "time[us]"}, [9] = {name = "timestamp[ms]"},
  [10] = {name = "timestamp[us]"}, [11] = {integer = "uint8"}, [12] = {integer = "uint16"},
  [13] = {integer = "uint32"}, [14] = {integer = "uint64"}, [15] = {integer = "int8"}, [16] = {integer = "int16"},
  [17] = {integer = "int32"}, [18] = {integer = "int64"}, [19] = {text = true}, [20] = {}}

local function table_of(value) return type(value) == "table" and value or {} end

local function time_name(kind, given)
  local unit = next(table_of(given[2]))
  local zone = kind == "timestamp" and given[1] == true and ", UTC" or ""
  return ("%s[%s%s]"):format(kind, UNITS[unit] or "?", zone)
end

--- What a column means: {integer =, text =, decimal =, name =, half =, uuid =, null =}.
local function meaning_of(element)
  local logical = table_of(element[10])
  local id, given = next(logical)
  given = table_of(given)
  if id == 1 or id == 4 or id == 12 then return {text = true} end
  if id == 5 then return {decimal = true, scale = given[1]} end
  if id == 6 then return {name = "date"} end
  if id == 7 or id == 8 then return {name = time_name(id == 7 and "time" or "timestamp", given)} end
  if id == 10 then return {integer = (given[2] == false and "uint" or "int") .. tostring(given[1])} end
  if id == 11 then return {null = true} end
  if id == 14 then return {uuid = true} end
  if id == 15 then return {half = true} end
  return CONVERTED[element[6]] or {}
end

local INTEGERS <const> = {int8 = true, int16 = true, int32 = true, int64 = true, uint8 = true, uint16 = true,
  uint32 = true, uint64 = true}

local function scaled(scale)
  return function(x) return x:double() / 10.0 ^ scale end
end

local function uuid(text)
  local digits = text:gsub(".", function(c) return ("%02x"):format(c:byte()) end)
  return (digits:gsub("^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)", "%1-%2-%3-%4-", 1))
end

local NUMBERS <const> = {INT32 = {"int32", 4}, INT64 = {"int64", 8}, FLOAT = {"float32", 4}, DOUBLE = {"float64", 8}}

--- Of a column of numbers: {read, dtype in pages, bytes of a value, finish, name}.
local function numbers(physical, meaning, scale)
  local dtype, size = table.unpack(NUMBERS[physical])
  local row = {read = "as_is", dtype = dtype, length = size, name = meaning.name or dtype}
  if meaning.null then row.name = "null"
  elseif meaning.decimal then row.finish, row.name = scaled(scale), "decimal"
  elseif INTEGERS[meaning.integer] and dtype:find "^int" then
    row.name = meaning.integer
    if row.name == "u" .. dtype then row.dtype = row.name -- the same bytes
    elseif row.name ~= dtype then row.finish = function(x) return x:to(meaning.integer) end end
  end
  return row
end

--- How the values of a column are read, by its element of the schema: {read = "as_is", "bits", "int96", "decimal" or
-- "texts", dtype =, length = bytes of each (0: each has its own), finish = function(tensor or text), name =}; nil and
-- why it cannot be read.
function types.of(element)
  local physical, meaning = PHYSICAL[element[1]], meaning_of(element)
  local length, scale = element[2] or 0, meaning.scale or element[7] or 0
  if math.type(length) ~= "integer" or math.type(scale) ~= "integer" or length < 0 or math.abs(scale) > 400 then
    return nil, "its type is damaged"
  end
  if physical == nil then return nil, "it has no type that is known" end
  if NUMBERS[physical] then return numbers(physical, meaning, scale) end
  if physical == "BOOLEAN" then return {read = "bits", dtype = "bool", length = 1, name = "bool"} end
  if physical == "INT96" then return {read = "int96", dtype = "int64", length = 0, name = "timestamp[ns]"} end
  local fixed = physical == "FIXED_LEN_BYTE_ARRAY"
  if fixed and length == 0 then return nil, "its type is damaged" end
  if not fixed then length = 0 end
  if meaning.half and length == 2 then return {read = "as_is", dtype = "float16", length = 2, name = "float16"} end
  if meaning.decimal then
    return {read = "decimal", dtype = "float64", length = length, finish = scaled(scale), name = "decimal"}
  end
  local is_uuid = meaning.uuid and length == 16
  return {read = "texts", length = length, finish = is_uuid and uuid or nil,
    name = is_uuid and "uuid" or meaning.text and "string" or "bytes"}
end

return types
