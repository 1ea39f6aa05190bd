local options = require "torch.utils.options"

--- torch.frame.Frame(columns: table, {names: any = nil}): A table of named columns of one length: tensors of one
-- dimension, or arrays of strings. `names` is their order. Columns are fields: f.price, or f:column("price"); #f is
-- the number of rows. All methods give new frames and share columns. Missing are NaN and the empty string.
-- Example: torch.frame.Frame({city = {"Bern", "Rome"}, size = torch.tensor({134, 2749})})
local Frame = torch.class("torch.frame.Frame")

local function check_holes(name, column, n)
  for key in next, column do
    if math.type(key) ~= "integer" or key > n or key < 1 then
      options.wrong("Frame", ("columns.%s"):format(tostring(name):gsub("%c", "?")), nil, "an array without holes",
        column)
    end
  end
end

local function check_column(name, column)
  local place = ("columns.%s"):format(tostring(name):gsub("%c", "?"))
  if torch.is_tensor(column) then
    if column.ndim ~= 1 or column:is_complex() then
      options.wrong("Frame", place, nil, "a tensor of one dimension, or an array of strings", column)
    end
    return #column
  end
  if type(column) ~= "table" or getmetatable(column) ~= nil then
    options.wrong("Frame", place, nil, "a tensor of one dimension, or an array of strings", column)
  end
  local n = 0
  for _, item in ipairs(column) do
    if type(item) ~= "string" then options.wrong("Frame", place, nil, "an array of strings", item) end
    n = n + 1
  end
  check_holes(name, column, n)
  return n
end

local DTYPES <const> = {boolean = "bool", integer = "int64", float = "float64"}

--- An array of numbers or of booleans as a tensor: int64 where all numbers are integers. Any other value as it is.
local function numbers_as_tensor(name, column)
  if type(column) ~= "table" or getmetatable(column) ~= nil then return column end
  local kind, values = nil, {}
  for i, item in ipairs(column) do
    if torch.is_tensor(item) and item:numel() == 1 then item = item:item() end
    local this = math.type(item) or type(item)
    if kind == nil or this == kind then kind = this
    elseif DTYPES[kind] and DTYPES[this] and this ~= "boolean" and kind ~= "boolean" then kind = "float"
    elseif DTYPES[kind] or DTYPES[this] then
      options.wrong("Frame", ("columns.%s"):format(tostring(name):gsub("%c", "?")), nil,
        DTYPES[kind] and kind ~= "boolean" and "numbers alone" or kind == "boolean" and "booleans alone"
        or "an array of strings", column[i])
    end
    values[i] = item
  end
  if not DTYPES[kind] then return column end
  check_holes(name, column, #values)
  return torch.tensor(values, {dtype = DTYPES[kind]})
end

function Frame:__init(...)
  local given = options.read("Frame", {{"columns", required = true}, {"names", kind = "table"}}, ...)
  if type(given.columns) ~= "table" then options.wrong("Frame", "columns", 1, "a table of columns", given.columns) end
  local names, columns, rows = given.names, {}, nil
  if not names then
    names = {}
    for name in next, given.columns do names[#names + 1] = name end
    for _, name in ipairs(names) do
      if type(name) ~= "string" then options.wrong("Frame", "columns", 1, "columns by name", name) end
    end
    table.sort(names)
  end
  for i, name in ipairs(names) do
    if type(name) ~= "string" or columns[name] then options.wrong("Frame", "names", nil, "different strings", name) end
    local column = numbers_as_tensor(name, given.columns[name])
    if column == nil then options.raise(("Frame: 'names': there is no column '%s'"):format(name)) end
    local n = check_column(name, column)
    if rows and n ~= rows then
      options.raise(("Frame: column '%s' has %d rows, '%s' has %d"):format(name, n, names[1], rows))
    end
    rows, columns[name] = n, column
    if i == 1 then self._names = {} end
    self._names[i] = name
  end
  self._columns, self._rows = columns, rows or 0
  self._names = self._names or {}
end

--- Columns are fields; one whose name begins with _ is had by column() alone.
function Frame:__getattr(key)
  if type(key) ~= "string" or key:sub(1, 1) == "_" then return nil end
  local columns = self._columns
  return columns and columns[key]
end
function Frame:__len() return self._rows end

local function same(names, columns) return Frame(columns, {names = names}) end
Frame._make = same

--- torch.frame.Frame:names() -> any: The names of the columns, an array.
function Frame:names() return table.move(self._names, 1, #self._names, 1, {}) end

--- torch.frame.Frame:column(name: string) -> any: The column of this name, a tensor or an array of strings.
function Frame:column(name)
  local found = self._columns[name]
  if found == nil then
    options.raise(("Frame: there is no column '%s'%s"):format(tostring(name):gsub("%c", "?"),
      options.suggest(tostring(name), self._names)))
  end
  return found
end

--- The names that a method got: strings, or one array of them.
function Frame._list(name, ...)
  local list = type((...)) == "table" and getmetatable((...)) == nil and select("#", ...) == 1 and (...) or {...}
  for key, item in pairs(list) do
    if math.type(key) ~= "integer" then
      options.wrong(name, "names", nil, "an array of names", ("{%s = …}"):format(tostring(key)))
    end
    if type(item) ~= "string" then options.wrong(name, "names", nil, "names of columns", item) end
  end
  return list
end

--- torch.frame.Frame:select(...) -> any: The columns of these names, in this order.
function Frame:select(...)
  local names, columns = Frame._list("select", ...), {}
  for _, name in ipairs(names) do columns[name] = self:column(name) end
  return same(names, columns)
end

--- torch.frame.Frame:drop(...) -> any: All columns but these.
function Frame:drop(...)
  local gone, names = {}, {}
  for _, name in ipairs(Frame._list("drop", ...)) do
    self:column(name)
    gone[name] = true
  end
  for _, name in ipairs(self._names) do if not gone[name] then names[#names + 1] = name end end
  return same(names, self._columns)
end

--- torch.frame.Frame:rename(names: table) -> any: With other names: {old = new, …}.
function Frame:rename(new)
  if type(new) ~= "table" then options.wrong("rename", "names", 1, "{old = new, …}", new) end
  for name in pairs(new) do self:column(name) end
  local names, columns = {}, {}
  for i, name in ipairs(self._names) do
    names[i] = new[name] or name
    columns[names[i]] = self._columns[name]
  end
  return same(names, columns)
end

--- torch.frame.Frame:with(name: string, values: any) -> any: With a column of this name more, or in place of the one
-- there: a tensor, an array, a value for all rows, or a function of the frame that gives one of these.
function Frame:with(name, values)
  if type(name) ~= "string" then options.wrong("with", "name", 1, "a string", name) end
  if options.is_callable(values) and not torch.is_tensor(values) then values = values(self) end
  local n = #self
  if type(values) == "number" or type(values) == "boolean" then
    values = torch.full({n}, values, {dtype = type(values) == "boolean" and "bool"
      or math.type(values) == "integer" and "int64" or "float64"})
  elseif type(values) == "string" then
    local list = {}
    for i = 1, n do list[i] = values end
    values = list
  end
  local names, columns = self:names(), {}
  for key, column in pairs(self._columns) do columns[key] = column end
  if columns[name] == nil then names[#names + 1] = name end
  columns[name] = values
  return same(names, columns)
end

-- ---- rows ------------------------------------------------------------------------------------

--- torch.frame.Frame:take(positions: Positions) -> any: The rows at these positions, a tensor or an array.
function Frame:take(at)
  if type(at) == "table" then at = torch.tensor(at, {dtype = "int64"}) end
  if not torch.is_tensor(at) or at.ndim ~= 1 or at:is_floating_point() then
    options.wrong("take", "positions", 1, "positions (N)", at)
  end
  local n = #self
  if at:numel() > 0 and (at:min():item() < 1 or at:max():item() > n) then
    options.raise(("take: 'positions' (argument 1): expected positions from 1 to %d"):format(n))
  end
  local columns, list = {}, nil
  for name, column in pairs(self._columns) do
    if torch.is_tensor(column) then columns[name] = column:index_select(1, at:long())
    else
      list = list or at:tolist()
      local texts = {}
      for i, k in ipairs(list) do texts[i] = column[k] end
      columns[name] = texts
    end
  end
  return same(self._names, columns)
end

--- torch.frame.Frame:row(i: index) -> any: One row, a table by the names of the columns.
function Frame:row(i)
  local at = options.integer(i)
  if not at or at == 0 or math.abs(at) > #self then
    options.wrong("row", "i", 1, ("a position from 1 to %d"):format(#self), i)
  end
  at = at < 0 and at + #self + 1 or at
  local row = {}
  for name, column in pairs(self._columns) do
    row[name] = torch.is_tensor(column) and column[at]:item() or column[at]
  end
  return row
end

--- torch.frame.Frame:filter(condition: any) -> any: The rows for which the condition holds: a tensor of booleans, or a
-- function of a row that says so.
function Frame:filter(condition)
  if torch.is_tensor(condition) then
    if condition.dtype ~= torch.bool or condition.ndim ~= 1 or #condition ~= #self then
      options.wrong("filter", "condition", 1, ("booleans (%d)"):format(#self), condition)
    end
    return self:take(condition:nonzero():reshape(-1))
  end
  if not options.is_callable(condition) then
    options.wrong("filter", "condition", 1, "a tensor of booleans or a function of a row", condition)
  end
  local kept = {}
  for i = 1, #self do if condition(self:row(i)) then kept[#kept + 1] = i end end
  return self:take(torch.tensor(kept, {dtype = "int64"}))
end

local function range(self, from, to)
  if to < from then return self:take(torch.zeros(0, {dtype = "int64"})) end
  return self:take(torch.arange(from, to + 1))
end

local function count(name, n, default)
  if n == nil then return default end
  local value = options.integer(n)
  if not value or value < 0 then options.wrong(name, "n", 1, "an integer, 0 or more", n) end
  return value
end

--- torch.frame.Frame:head(n: int = 5) -> any: The first n rows.
function Frame:head(n) return range(self, 1, math.min(count("head", n, 5), #self)) end
--- torch.frame.Frame:tail(n: int = 5) -> any: The last n rows.
function Frame:tail(n) return range(self, math.max(1, #self - count("tail", n, 5) + 1), #self) end

--- torch.frame.Frame:sort(by: any, {descending: bool = false}) -> any: The rows by rising values of a column, or of
-- several; those where it is missing are last, also with descending. Rows with equal values stay in their order.
-- Example: torch.frame.Frame({k = {"b", "a"}, x = {1, 2}}):sort("k", {descending = true})
function Frame:sort(by, given)
  return require "torch.frame.order".sort(self, Frame._list("sort", by), given)
end

--- torch.frame.Frame:group(by: any, aggregates: table = nil) -> any: One row for each value of a column, or of
-- several: {name = {"column", "mean"}, …} are its other columns, of count, sum, mean, std, min, max, median, first,
-- last, nunique, or a function of the column's values. Without aggregates their number, `count` (`count.1` where
-- `by` has that name). Rows whose value is missing are a group, the last one. The aggregates by name pass over missing
-- values, so that {"column", "count"} is how many there are, and "count" alone the number of rows.
-- Example: torch.frame.Frame({k = {"a", "b", "a"}, x = {1, 2, 3}}):group("k", {mean = {"x", "mean"}})
function Frame:group(by, aggregates)
  return require "torch.frame.group".group(self, Frame._list("group", by), aggregates)
end

--- torch.frame.Frame:value_counts(name: string) -> any: The values of a column and how often they are there, most
-- first: the column `count`, or `count.1` where that is the name of the column itself.
function Frame:value_counts(name)
  local counted = self:group(name)
  return counted:sort(counted:names()[2], {descending = true})
end

--- torch.frame.Frame:join(other: any, on: any, {how: inner|left|outer = "inner"}) -> any: The rows of both that have
-- equal values in the columns `on` (missing ones are equal); with left also those of this frame without a partner, with
-- outer of either.
-- Columns of `other` whose name is taken have _right behind it.
-- Example: torch.frame.Frame({k = {1, 2}}):join(torch.frame.Frame({k = {2}, v = {"two"}}), "k", {how = "left"})
function Frame:join(other, on, given)
  if not torch.isinstance(other, Frame) then options.wrong("join", "other", 1, "a Frame", other) end
  return require "torch.frame.group".join(self, other, Frame._list("join", on), options.read("join",
    {{"how", kind = "string", default = "inner"}}, given or {}).how)
end

--- torch.frame.Frame:concat(other: any) -> any: The rows of both, which have the same columns.
function Frame:concat(other)
  if not torch.isinstance(other, Frame) then options.wrong("concat", "other", 1, "a Frame", other) end
  return require "torch.frame.group".concat(self, other)
end

--- torch.frame.Frame:split(fractions: any, {shuffle: bool = true, generator: Generator = nil}) -> any: Frames of these
-- shares of the rows, one result each: f:split({0.8, 0.2}).
-- Example: torch.frame.datasets.iris():split({0.8, 0.2}, {shuffle = false})
function Frame:split(fractions, given)
  return require "torch.frame.order".split(self, fractions, given)
end

function Frame:__tostring() return require "torch.frame.show"(self) end

for name, f in pairs(require "torch.frame.values") do Frame[name] = f end

return Frame
