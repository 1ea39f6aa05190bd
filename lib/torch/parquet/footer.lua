--- What a file of Parquet says of itself at its end: columns, and groups of rows with the places of their pages.
local thrift = require "torch.parquet.thrift"
local types = require "torch.parquet.types"

local footer = {}

local DAMAGED <const> = "the end of the file, which says what is in it, is damaged"

local function fail(what) error(what or DAMAGED, 0) end

local function check(value, kind)
  if type(value) ~= kind or kind == "number" and math.type(value) ~= "integer" then fail() end
  return value
end

--- The position behind an element of the schema and all that is in it, and how many columns of pages it has.
local function skip(schema, at, depth)
  local element = check(schema[at], "table")
  local children = element[5]
  if children ~= nil and check(children, "number") < 0 then fail() end
  if type(children) ~= "number" or children == 0 then return at + 1, 1 end
  if depth > 64 then fail() end
  local leaves, n = 0, nil
  at = at + 1
  for _ = 1, children do
    at, n = skip(schema, at, depth + 1)
    leaves = leaves + n
  end
  return at, leaves
end

local function has_children(element) return type(element[5]) == "number" and element[5] > 0 end

--- Where the schema has a list of plain values: their element, and the levels of what is there, {most = that of a
-- value, item = that of a place in a list, which may be empty}; else nil. Older files have values that are repeated
-- themselves.
local function list_at(schema, at)
  local outer = schema[at]
  if outer[3] == 2 then return not has_children(outer) and outer or nil, {most = 1, item = 1} end
  local logical = type(outer[10]) == "table" and outer[10][3] ~= nil
  if outer[5] ~= 1 or outer[6] ~= 3 and not logical then return nil end
  local middle, item = schema[at + 1], (outer[3] == 1 and 1 or 0) + 1
  if middle[3] ~= 2 then return nil end
  if not has_children(middle) then return middle, {most = item, item = item} end
  local element = schema[at + 2]
  if middle[5] ~= 1 or has_children(element) or element[3] == 2 then return nil end
  return element, {most = item + (element[3] == 1 and 1 or 0), item = item}
end

--- What is in the schema from there on: {name, chunk = its place in a group of rows, physical = the type in pages,
-- type = that of values, optional =, list = as list_at has it, refused = why}.
local function column_at(schema, at, chunk)
  local element = schema[at]
  local column = {name = check(element[4], "string"), chunk = chunk, optional = element[3] == 1}
  if element[3] == 2 or has_children(element) then
    element, column.list = list_at(schema, at)
    column.optional = true
  end
  if not element then column.refused = "it is nested (a map, a structure, or lists of them)"
  else
    column.physical = element[1]
    column.type, column.refused = types.of(element)
  end
  return column
end

--- The columns of a table, an array; and how many columns of pages there are.
local function columns_of(schema)
  local root = check(schema[1], "table")
  local columns, chunk, at = {}, 1, 2
  for _ = 1, check(root[5], "number") do
    check(schema[at], "table")
    local place, leaves = at, nil
    at, leaves = skip(schema, at, 1)
    local column = column_at(schema, place, chunk)
    columns[#columns + 1], chunk = column, chunk + leaves
  end
  if at ~= #schema + 1 then fail() end
  return columns, chunk - 1
end

--- One column of one group of rows: {from =, size =, codec =, entries = how many levels it has}.
local function chunk_of(given, rows, size, column)
  local meta = check(check(given, "table")[3], "table")
  if given[1] ~= nil then fail "its pages are in another file" end
  local data, dictionary = check(meta[9], "number"), meta[11]
  local from = math.type(dictionary) == "integer" and dictionary > 0 and math.min(dictionary, data) or data
  local length = check(meta[7], "number")
  local entries = check(meta[5], "number")
  if from < 4 or length < 0 or length > size - from or entries < rows or meta[1] ~= column.physical
    or not column.list and entries ~= rows then
    fail()
  end
  return {from = from, size = length, codec = check(meta[4], "number"), entries = entries}
end

local function group_of(given, n_chunks, size, columns)
  local chunks, rows = check(check(given, "table")[1], "table"), check(given[3], "number")
  if #chunks ~= n_chunks or rows < 0 then fail() end
  local group = {rows = rows}
  for _, column in ipairs(columns) do
    if not column.refused and rows > 0 then
      group[column.chunk] = chunk_of(chunks[column.chunk], rows, size, column)
    end
  end
  return group
end

--- {rows =, columns =, groups =} of an open file. Raises a text where it is damaged.
function footer.read(file)
  local size = file:size()
  if size < 12 then fail "it is too short for a file of Parquet" end
  local tail = file:read(size - 8, 8)
  if tail:sub(5) == "PARE" then fail "it is encrypted" end
  if tail:sub(5) ~= "PAR1" or file:read(0, 4) ~= "PAR1" then fail "it is no file of Parquet" end
  local length = string.unpack("<I4", tail)
  if length > size - 12 then fail() end
  local meta = thrift.read(file:read(size - 8 - length, length), 1)
  local columns, n_chunks = columns_of(check(meta[2], "table"))
  local groups, rows = {}, 0
  for i, given in ipairs(check(meta[4] or {}, "table")) do
    groups[i] = group_of(given, n_chunks, size, columns)
    rows = rows + groups[i].rows
  end
  if rows ~= meta[3] then fail() end
  return {rows = rows, columns = columns, groups = groups}
end

return footer
