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
  local entries = 0
  for _, group in ipairs(found.groups) do
    entries = entries + (group.rows > 0 and group[column.chunk].entries or 0)
  end
  local made = require "torch.parquet.column".new(column, entries)
  for _, group in ipairs(found.groups) do
    if group.rows > 0 then made:read_chunk(file, group[column.chunk], group[column.chunk].entries) end
  end
  local values, lengths = made:finish(found.rows)
  return lengths and require "torch.parquet.lists".cut(values, lengths) or values
end

local function read(file, wanted)
  local found = require "torch.parquet.footer".read(file)
  local names, columns, kinds, lists = {}, {}, {}, {}
  for _, column in ipairs(choose(found, wanted)) do
    local ok, values = options.try(read_column, file, found, column)
    if not ok then
      local why = tostring(values):gsub("^[^:\n]*%.lua:%d+: ", "")
      error(why:find "^column '" and why or ("column '%s': %s"):format(column.name, why), 0)
    end
    local kind = column.type.name
    if column.list then lists[column.name], kind = values, ("list<%s>"):format(kind)
    else columns[column.name], names[#names + 1] = values, column.name end
    kinds[column.name] = kind
  end
  return Frame(columns, {names = names}), kinds, lists
end

--- torch.frame.read_parquet(path: path, {columns: any = nil}) -> any, table, table: A Frame of a file of Parquet, and
-- what each column is ("int32", "string", "timestamp[us, UTC]", "list<float32>", …). `columns` is an array of the
-- names that are read.
-- Numbers and booleans keep their dtypes; with missing ones among them they are float64 (or float32, float16 as they
-- are). Dates are days since 1970, times and timestamps numbers in the unit of the file, decimal numbers float64.
-- Missing strings are empty ones. Columns of lists are not in the Frame but in the third result, by their names: a
-- matrix where all lists are equally long, else an array of tensors; an array of arrays of strings. A missing list is
-- an empty one. Other nested columns (structures, maps, lists of lists) are refused. Files that Zstandard packed need
-- libzstd, those of gzip zlib.
return function(...)
  local given = options.read("read_parquet", {{"path", kind = "string", required = true},
    {"columns", kind = "table"}}, ...)
  local file <close> = torch._C.open_file(given.path, "read_parquet")
  local ok, frame, kinds, lists = options.try(read, file, given.columns)
  if ok then return frame, kinds, lists end
  local why = tostring(frame):gsub("^[^:\n]*%.lua:%d+: ", ""):gsub("%c", "?")
  options.raise(("read_parquet: %s: %s"):format(given.path, why))
end
