local Frame = require "torch.frame.Frame"
local options = require "torch.utils.options"

--- The columns that are wanted, in their order.
local function choose(found, wanted)
  local by_name, names = {}, {}
  for i, column in ipairs(found.columns) do
    if by_name[column.name] then error(("two columns '%s'"):format(column.name), 0) end
    by_name[column.name], names[i] = column, column.name
  end
  local list, keys, seen = {}, 0, {}
  for _ in pairs(wanted or names) do keys = keys + 1 end
  if wanted and (keys == 0 or keys ~= #wanted) then error("'columns': expected an array of names", 0) end
  for i, name in ipairs(wanted or names) do
    local column = by_name[name]
    if seen[name] then error(("'columns': '%s' is there twice"):format(tostring(name)), 0) end
    seen[name] = true
    if not column then
      error(("'columns': no column '%s'%s"):format(tostring(name), options.suggest(tostring(name), names)), 0)
    end
    list[i] = column
  end
  return list
end

local function read_column(file, found, column)
  if column.refused then
    error(("column '%s': %s; columns = {…} reads the others"):format(column.name, column.refused), 0)
  end
  local made = require "torch.parquet.column".new(column, found.rows)
  for _, group in ipairs(found.groups) do
    if group.rows > 0 then made:read_chunk(file, group[column.chunk], group.rows) end
  end
  return made:finish()
end

local function read(file, wanted)
  local found = require "torch.parquet.footer".read(file)
  local names, columns, kinds = {}, {}, {}
  for i, column in ipairs(choose(found, wanted)) do
    local ok, values = options.try(read_column, file, found, column)
    if not ok then
      local why = tostring(values):gsub("^[^:\n]*%.lua:%d+: ", "")
      error(why:find "^column '" and why or ("column '%s': %s"):format(column.name, why), 0)
    end
    names[i], columns[column.name], kinds[column.name] = column.name, values, column.type.name
  end
  return Frame(columns, {names = names}), kinds
end

--- torch.frame.read_parquet(path: path, {columns: any = nil}) -> any, table: A Frame of a file of Parquet, and what
-- each column is ("int32", "string", "timestamp[us, UTC]", …). `columns` is an array of the names that are read.
-- Numbers and booleans keep their dtypes; with missing ones among them they are float64 (or float32, float16 as they
-- are). Dates are days since 1970, times and timestamps numbers in the unit of the file, decimal numbers float64.
-- Missing strings are empty ones.
-- Nested columns are refused. Files that Zstandard packed need libzstd, those of gzip zlib.
return function(...)
  local given = options.read("read_parquet", {{"path", kind = "string", required = true},
    {"columns", kind = "table"}}, ...)
  local file <close> = torch._C.open_file(given.path, "read_parquet")
  local ok, frame, kinds = options.try(read, file, given.columns)
  if ok then return frame, kinds end
  local why = tostring(frame):gsub("^[^:\n]*%.lua:%d+: ", ""):gsub("%c", "?")
  options.raise(("read_parquet: %s: %s"):format(given.path, why))
end
