--- torch.csv: Tables of comma-separated values: columns as tensors by their names, or one matrix.
local internal = torch._C
local options = require "torch.utils.options"
local parser = require "torch.csv.parser"
local csv = {}

local KINDS <const> = {bool = 1, integer = 2, float = 3, text = 4}
local DTYPES <const> = {"bool", "int64", "float64"}
local MISSING <const> = {"", "NA", "N/A", "n/a", "<NA>", "#N/A", "NaN", "nan", "-nan", "null", "NULL", "None"}
local MAPPED <const> = 1 << 24 -- bytes; smaller files are read
local LONG <const> = 1 << 28   -- files of so many bytes get a bar
local GROUP <const> = 16       -- parts that are read between two looks at the bar

local PARAMETERS <const> = {{"path", kind = "string", required = true}, {"delimiter", kind = "string"},
  {"header", kind = "boolean"}, {"names", kind = "table"}, {"columns", kind = "table"}, {"dtypes"},
  {"missing", kind = "table", default = MISSING}, {"comment", kind = "string"},
  {"quote", kind = "string", default = '"', off = true}, {"decimal", kind = "string", default = "."},
  {"skip", kind = "count", default = 0}, {"rows", kind = "count"}, {"matrix", kind = "boolean", default = false},
  {"progress", kind = "boolean"}}

-- ---- what is asked for ----------------------------------------------------------------------

local function check_char(given, name)
  local c = given[name]
  if c and (#c ~= 1 or c == "\n" or c == "\r") then
    options.wrong("csv.read", name, nil, "one character", c)
  end
end

local function check_options(given)
  for _, name in ipairs {"delimiter", "comment", "quote", "decimal"} do check_char(given, name) end
  if given.decimal ~= "." and given.decimal ~= "," then
    options.wrong("csv.read", "decimal", nil, "'.' or ','", given.decimal)
  end
  if #given.missing > 32 then options.wrong("csv.read", "missing", nil, "at most 32 texts", given.missing) end
  for _, text in ipairs(given.missing) do
    if type(text) ~= "string" then options.wrong("csv.read", "missing", nil, "an array of strings", text) end
  end
end

-- A name of a column as messages show it, in one line.
local function shown(name)
  local text = tostring(name):gsub("%c", "?")
  return #text > 60 and text:sub(1, 57) .. "..." or text
end

local Table = {} -- a file that is read
Table.__index = Table

--- Raises "csv.read: PATH: WHAT (line L, offset N)".
function Table:bad(offset, what)
  internal.raise(("csv.read: %s: %s (line %d, offset %d)"):format(self.given.path, what,
    self.text and parser.line(self.text, offset) or 1, offset))
end

-- The one of the usual delimiters that is most often in the first line.
local function guess_delimiter(given, head)
  if given.delimiter then return given.delimiter end
  local best, most = ",", 0
  local line = head:gsub('"[^"]*"', ""):match "[^\r\n]*"
  for _, c in ipairs {",", ";", "\t", "|"} do
    if c ~= given.decimal then
      local _, n = line:gsub("%" .. c, "")
      if n > most then best, most = c, n end
    end
  end
  return best
end

-- Where the first line begins that counts: behind the mark of UTF-8 and `skip` lines.
local function first_line(file, skip)
  local at, size = 0, file:size()
  if size >= 3 and file:read(0, 3) == "\xef\xbb\xbf" then at = 3 end
  while skip > 0 and at < size do
    local part = file:read(at, math.min(1 << 16, size - at))
    local n = part:find("\n", 1, true)
    at = at + (n or #part)
    if n then skip = skip - 1 end
  end
  return at
end

local function is_number(field, missing)
  for _, text in ipairs(missing) do if field == text then return true end end
  return tonumber(field) ~= nil or field:lower():find "^[-+]?inf$" or field:lower():find "^[-+]?nan$"
end

-- Reads the first record, and says whether it is the header: names of columns, and where the rows begin.
local function read_header(self, at)
  local given = self.given
  local fields, behind, begin = parser.record(self.text, at)
  if not fields and behind then self:bad(behind, "a quote that is not closed") end
  if not fields then return nil, at end
  local header = given.header
  if header == nil then
    header = false
    for _, field in ipairs(fields) do header = header or not is_number(field, given.missing) end
  end
  self.count = #fields
  for i, field in ipairs(fields) do fields[i] = field:match "^%s*(.-)%s*$" end
  return header and fields or nil, header and behind or begin
end

-- The names of all columns: those of the program, of the header, or their positions.
local function name_columns(self, fields)
  local names = self.given.names
  if names and #names ~= self.count then
    internal.raise(("csv.read: 'names': expected %d names, got %d"):format(self.count, #names))
  end
  self.names, self.position = {}, {}
  for i = 1, self.count do
    local name = names and names[i] or fields and fields[i] or i
    if self.position[name] then
      internal.raise(("csv.read: %s: two columns '%s'; names = {…} gives them others"):format(self.given.path,
        shown(name)))
    end
    self.names[i], self.position[name] = name, i
  end
end

-- The positions of the columns that are wanted, in their order.
local function choose_columns(self)
  local chosen = {}
  for i, name in ipairs(self.given.columns or self.names) do
    local position = self.position[name] or math.type(name) == "integer" and name <= self.count and name >= 1 and name
    if not position then
      local known = {}
      for k, n in ipairs(self.names) do known[k] = tostring(n) end
      internal.raise(("csv.read: 'columns': no column '%s'%s"):format(shown(name), options.suggest(tostring(name),
        known):gsub("%c", "?")))
    end
    chosen[i] = position
  end
  return chosen
end

-- ---- reading ----------------------------------------------------------------------------------

-- Formats that are written as texts but hold no table.
local NO_TABLES <const> = {["an HTML page"] = true, ["a pointer of Git LFS, not the file itself"] = true}

-- A file that holds no text is named as what it is: bytes 0 are in no text but those of 16 bits.
local function check_text(path, head)
  local format = internal.file_format(head)
  if head:find "^\xff\xfe" or head:find "^\xfe\xff" then format = "a text in UTF-16; convert it to UTF-8 first"
  elseif not head:find "\0" and not NO_TABLES[format] and not (format and head:find "[\1-\8\14-\31]") then return end
  internal.raise(("csv.read: %s: no table of text but %s"):format(path, format or "bytes that are no text"))
end

-- Opens the file and finds its rows.
local function open(given)
  local self = setmetatable({given = given}, Table)
  local size <const> = internal.open_file(given.path, "csv.read"):size()
  self.file = internal.open_file(given.path, "csv.read", size > MAPPED)
  check_text(given.path, self.file:read(0, math.min(size, 512)))
  local at = first_line(self.file, given.skip)
  local delimiter = guess_delimiter(given, self.file:read(at, math.min(size - at, 1 << 14)))
  self.text = parser.open(self.file:tensor(0, "uint8", {size}), {delimiter = delimiter, quote = given.quote or nil,
    decimal = given.decimal, comment = given.comment, missing = given.missing})
  local fields
  fields, at = read_header(self, at)
  if not self.count then self.count, self.empty = given.names and #given.names or 0, true end
  name_columns(self, fields)
  if self.count == 0 then return self end
  local wrong, place
  self.rows, self.parts, wrong, place = parser.scan(self.text, at, self.count, given.rows)
  if wrong then self:bad(place, wrong) end
  return self
end

-- Parses all parts; the columns have been told what becomes of them.
local function parse(self)
  local bar
  local wanted = self.given.progress
  if wanted == nil then wanted = self.file:size() >= LONG end
  if wanted then
    bar = require "torch.utils.progress"(math.max(self.parts, 1), {desc = self.given.path:match "[^/]*$",
      unit = "part"})
  end
  local _ <close> = bar
  for from = 1, self.parts, GROUP do
    local to = math.min(from + GROUP - 1, self.parts)
    local wrong, offset, column = parser.parse(self.text, from, to)
    if wrong then
      local where = column > 0 and (" in column '%s'"):format(shown(self.names[column])) or ""
      self:bad(offset, wrong .. where)
    end
    if bar then for _ = from, to do bar() end end
  end
end

local function new_column(self, kind)
  if kind == KINDS.text then return torch.empty(self.rows, 2, {dtype = "int64"}) end
  return torch.empty(self.rows, {dtype = DTYPES[kind]})
end

-- The kind that the program asks for a column, and the dtype that it becomes; nil: what its cells are.
local function asked_kind(self, i)
  local dtypes = self.given.dtypes
  if dtypes == nil then return nil end
  local asked = dtypes
  if type(dtypes) == "table" then
    asked = dtypes[self.names[i]] or dtypes[i]
    if asked == nil then return nil end
  end
  if asked == "string" or asked == "text" then return KINDS.text end
  local ok, dtype = options.try(function() return torch.empty(0, {dtype = asked}).dtype end)
  if not ok or tostring(dtype):find "complex" then
    options.wrong("csv.read", "dtypes", nil, "dtypes of real numbers, or \"string\"", asked)
  end
  if dtype == torch.bool then return KINDS.bool, dtype end
  return (tostring(dtype):find "^torch%.u?int" and KINDS.integer or KINDS.float), dtype
end

-- A column of the dtype that was asked for; whole numbers must fit.
local function as_dtype(self, name, x, dtype)
  if dtype == nil or x.dtype == dtype then return x end
  if not x:is_floating_point() and not tostring(dtype):find "float" and self.rows > 0 then
    local low, high = x:min():item(), x:max():item()
    local info = torch.iinfo(dtype)
    if low < info.min or high > info.max then
      internal.raise(("csv.read: %s: column '%s' has %d to %d, which %s cannot hold"):format(self.given.path,
        shown(name), low, high, tostring(dtype)))
    end
  end
  return x:to(dtype)
end

-- Reads these columns; where the cells of some need a wider kind, these once more.
local function read_columns(self, chosen)
  local guessed, columns, waiting = parser.guess(self.text, 1000), {}, {}
  for _, i in ipairs(chosen) do
    local kind, dtype = asked_kind(self, i)
    local strict = kind ~= nil
    if not kind then kind = guessed[i] == 0 and KINDS.float or guessed[i] end
    columns[i] = {kind = kind, dtype = dtype, strict = strict}
    waiting[#waiting + 1] = i
  end
  while #waiting > 0 do
    for i = 1, self.count do parser.column(self.text, i, 0) end
    for _, i in ipairs(waiting) do
      local c = columns[i]
      c.tensor = new_column(self, c.kind)
      parser.column(self.text, i, c.kind, c.tensor, c.strict and "strict" or nil)
    end
    parse(self)
    local again = {}
    for _, i in ipairs(waiting) do
      local need = parser.need(self.text, i)
      if need > 0 then
        columns[i].kind = need
        again[#again + 1] = i
      elseif columns[i].kind == KINDS.text then columns[i].texts = parser.texts(self.text, i) end
    end
    waiting = again
  end
  return columns
end

local function read_matrix(self, chosen)
  local dtype = self.given.dtypes or "float32"
  if type(dtype) == "table" or tostring(dtype):gsub("^torch%.", "") ~= "float32"
    and tostring(dtype):gsub("^torch%.", "") ~= "float64" then
    options.wrong("csv.read", "dtypes", nil, "float32 or float64 for a matrix", dtype)
  end
  local x = torch.empty(self.rows or 0, #chosen, {dtype = dtype})
  if self.count == 0 then return x end
  local seen = {}
  for k, i in ipairs(chosen) do
    if seen[i] then internal.raise(("csv.read: 'columns': column '%s' twice"):format(shown(self.names[i]))) end
    seen[i] = true
    parser.column(self.text, i, KINDS.float, x[{{}, k}], "strict")
  end
  parse(self)
  return x
end

--- torch.csv.read(path: path, delimiter: string = nil, header: bool = nil, names: any = nil, columns: any = nil,
-- dtypes: any = nil, missing: any = nil, comment: string = nil, quote: string = "\"", decimal: string = ".",
-- skip: int = 0, rows: int = nil, matrix: bool = false, progress: bool = nil) -> any: A table from the names of
-- columns to tensors, and an array of the names in their order. Columns of whole numbers are int64, of other numbers
-- float64 (a missing one is NaN), of true and false bool; all others are arrays of strings. dtypes = {name = dtype or
-- "string"}, or one dtype for all numbers, says it. matrix = true: one float32 matrix of all columns. delimiter: by
-- default the one of , ; tab and | that is most often in the first line; header: by default whether the first line
-- has a text, else columns have their positions for names. columns: the names (or positions) of those that are read;
-- missing: what stands for no number; skip: lines in front; rows: how many at most. Long files show a bar (progress).
function csv.read(...)
  local given = options.read("csv.read", PARAMETERS, ...)
  check_options(given)
  local self = open(given)
  local chosen = choose_columns(self)
  local names = {}
  for k, i in ipairs(chosen) do names[k] = self.names[i] end
  if given.matrix then return read_matrix(self, chosen), names end
  local result = {}
  if self.count == 0 or self.empty then
    for k in ipairs(chosen) do result[names[k]] = torch.empty(0, {dtype = "float64"}) end
    return result, names
  end
  local columns = read_columns(self, chosen)
  for _, i in ipairs(chosen) do
    local c = columns[i]
    result[self.names[i]] = c.texts or as_dtype(self, self.names[i], c.tensor, c.dtype)
  end
  return result, names
end

-- ---- writing ------------------------------------------------------------------------------------

local ROWS <const> = 1 << 14

-- A column as it is written, a tensor of one dimension or an array of strings, and its length.
local function check_column(name, column)
  if torch.is_tensor(column) then
    if column.ndim ~= 1 or column:is_complex() then
      options.wrong("csv.write", tostring(name), nil, "real numbers in one dimension", column)
    end
    return column:detach():cpu(), column:numel()
  end
  if type(column) ~= "table" then options.wrong("csv.write", tostring(name), nil, "a tensor or an array", column) end
  local texts = {}
  for i, item in ipairs(column) do
    if type(item) ~= "string" and type(item) ~= "number" and type(item) ~= "boolean" then
      options.wrong("csv.write", ("%s[%d]"):format(name, i), nil, "a string or a number", item)
    end
    texts[i] = tostring(item)
  end
  if #texts ~= rawlen(column) then options.wrong("csv.write", tostring(name), nil, "an array without holes", column) end
  return texts, #texts
end

-- The columns of a value and their names.
local function columns_of(value, names)
  local columns, known = {}, {}
  if torch.is_tensor(value) then
    if value.ndim ~= 2 then options.wrong("csv.write", "value", 1, "a matrix or a table of columns", value) end
    for i = 1, value:size(2) do columns[i], known[i] = value[{{}, i}], names and names[i] or tostring(i) end
    return columns, known
  end
  if type(value) ~= "table" then options.wrong("csv.write", "value", 1, "a matrix or a table of columns", value) end
  local keys = {}
  if names then keys = names
  else
    for key in next, value do keys[#keys + 1] = key end
    table.sort(keys, function(a, b)
      if math.type(a) == math.type(b) and type(a) == type(b) then return a < b end
      return type(a) == "number"
    end)
  end
  for i, key in ipairs(keys) do
    if value[key] == nil then internal.raise(("csv.write: 'names': no column '%s'"):format(tostring(key))) end
    columns[i], known[i] = value[key], tostring(key)
  end
  return columns, known
end

--- torch.csv.write(value: any, path: path, names: any = nil, delimiter: string = ",", header: bool = true): Writes a
-- matrix, or a table from names to columns (tensors of one dimension, arrays of strings), each number so that it
-- reads back as the same. names: the order of the columns; of a matrix their names.
function csv.write(...)
  local given = options.read("csv.write", {{"value"}, {"path", kind = "string", required = true},
    {"names", kind = "table"}, {"delimiter", kind = "string", default = ","},
    {"header", kind = "boolean", default = true}}, ...)
  if #given.delimiter ~= 1 or given.delimiter:find '[\n\r"]' then
    options.wrong("csv.write", "delimiter", nil, "one character", given.delimiter)
  end
  local columns, names = columns_of(given.value, given.names)
  local rows
  for i, column in ipairs(columns) do
    local n
    columns[i], n = check_column(names[i], column)
    if rows and n ~= rows then
      internal.raise(("csv.write: column '%s' has %d rows, the first one has %d"):format(names[i], n, rows))
    end
    rows = n
  end
  local head = ""
  if given.header and #columns > 0 then
    local titles = {}
    for i, name in ipairs(names) do titles[i] = {name} end
    head = parser.format(titles, 1, 1, given.delimiter)
  end
  local parts = {}
  for from = 1, rows or 0, ROWS do
    parts[#parts + 1] = parser.format(columns, from, math.min(from + ROWS - 1, rows), given.delimiter)
  end
  internal.write_file(given.path, head, parts, "csv.write")
end

return csv
