--- torch.sqlite: Data bases of SQLite: results of queries as frames and tensors. It needs libsqlite3.
local internal = torch._C
local options = require "torch.utils.options"

local sqlite = {}

--- torch.sqlite.Database(path: path, mode: r|w = "r"): A data base, see torch.sqlite.open.
local Database = torch.class("torch.sqlite.Database")
sqlite.Database = Database

--- The words of an error without the place in the files of Hecate.
local function reason(message) return (tostring(message):gsub("^[^:\n]*%.lua:%d+: ", "")) end

function Database:__init(...)
  local given = options.read("sqlite.open", {{"path", kind = "string", required = true},
    {"mode", kind = "string", default = "r"}}, ...)
  if given.mode ~= "r" and given.mode ~= "w" then
    options.wrong("sqlite.open", "mode", 2, "\"r\" or \"w\"", given.mode)
  end
  if given.path:find "\0" then options.wrong("sqlite.open", "path", 1, "the name of a file", given.path) end
  self._library = require "torch.sqlite.library"
  if given.mode == "r" then internal.open_file(given.path, "sqlite.open"):close() end -- says what is no regular file
  local ok, base = options.try(self._library.open, given.path, given.mode)
  if not ok then internal.raise(("sqlite.open: %s: %s"):format(given.path, reason(base))) end
  self._base, self._path = base, given.path
end

--- torch.sqlite.open(path: path, mode: r|w = "r") -> any: A data base to read, or with "w" to change as well, which is
-- made where there is none; ":memory:" is one that lives as long as the object. It is closed by close(), or by
-- <close>.
-- Example: torch.sqlite.open(":memory:", "w"):tables()
function sqlite.open(...) return Database(...) end

local function run(self, name, statement, parameters)
  if type(statement) ~= "string" then options.wrong(name, "statement", 1, "a string", statement) end
  if parameters ~= nil and type(parameters) ~= "table" then
    options.wrong(name, "parameters", 2, "an array, or a table by name", parameters)
  end
  local ok, columns, names, changes = options.try(self._library.query, self._base, statement, parameters)
  if not ok then internal.raise(("%s: %s: %s"):format(name, self._path, reason(columns))) end
  return columns, names, changes
end

--- torch.sqlite.Database:query(statement: string, parameters: any = nil) -> any: The rows that a statement selects, a
-- Frame: whole numbers are int64, others float64 (NULL is NaN), all else texts (NULL is ""). Parameters (? or :name)
-- are an array or a table by name; they never become a part of the statement.
function Database:query(statement, parameters)
  local columns, names = run(self, "query", statement, parameters)
  local by_name, order = {}, {}
  for i, name in ipairs(names) do
    local free, k = name, 1
    while by_name[free] ~= nil do free, k = ("%s.%d"):format(name, k), k + 1 end
    order[i], by_name[free] = free, columns[i]
  end
  return require "torch.frame.Frame"(by_name, {names = order})
end

--- torch.sqlite.Database:tensor(statement: string, parameters: any = nil, {dtype: dtype = "float32"}) -> Tensor: The
-- rows that a statement selects, a matrix; all columns are numbers.
function Database:tensor(statement, parameters, given)
  return self:query(statement, parameters):to_tensor(nil, options.read("tensor",
    {{"dtype", kind = "any", default = "float32"}}, given or {}))
end

--- torch.sqlite.Database:execute(statement: string, parameters: any = nil) -> int: Runs a statement; how many rows it
-- changed.
function Database:execute(statement, parameters)
  local _, _, changes = run(self, "execute", statement, parameters)
  return changes
end

local function quoted(name) return '"' .. name:gsub('"', '""') .. '"' end

--- torch.sqlite.Database:tables() -> any: The names of the tables, an array.
function Database:tables()
  return self:query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").name
end

local TYPES <const> = {bool = "INTEGER", float16 = "REAL", bfloat16 = "REAL", float32 = "REAL", float64 = "REAL"}

--- torch.sqlite.Database:write(table: string, frame: any): Makes a table of the rows of a Frame. NaN is written as
-- NULL.
function Database:write(name, frame)
  if type(name) ~= "string" then options.wrong("write", "table", 1, "a string", name) end
  if not torch.isinstance(frame, require "torch.frame.Frame") then
    options.wrong("write", "frame", 2, "a Frame", frame)
  end
  local parts, marks, lists = {}, {}, {}
  for i, column in ipairs(frame:names()) do
    local x = frame:column(column)
    local kind = torch.is_tensor(x) and (TYPES[tostring(x.dtype):match "[^.]*$"] or "INTEGER") or "TEXT"
    parts[i], marks[i], lists[i] = quoted(column) .. " " .. kind, "?", torch.is_tensor(x) and x:tolist() or x
  end
  if #parts == 0 then options.wrong("write", "frame", 2, "a Frame with columns", frame) end
  self:execute "SAVEPOINT hecate_write"
  local ok, message = pcall(function() -- Ctrl-C is an error as any other: what it leaves is taken back
    self:execute(("CREATE TABLE %s (%s)"):format(quoted(name), table.concat(parts, ", ")))
    local insert = ("INSERT INTO %s VALUES (%s)"):format(quoted(name), table.concat(marks, ", "))
    for row = 1, #frame do
      local values = {}
      for i, list in ipairs(lists) do values[i] = list[row] end
      self:execute(insert, values)
    end
  end)
  if not ok then self:execute "ROLLBACK TO hecate_write" end
  self:execute "RELEASE hecate_write"
  if message == "interrupted" then error(message, 0) end
  if not ok then internal.raise((reason(message):gsub("^execute:", "write:"))) end
end

--- torch.sqlite.Database:close(): Closes the data base.
function Database:close() self._library.close(self._base) end
function Database:__close() self:close() end
function Database:__tostring() return ("torch.sqlite.Database(%q)"):format(self._path) end

return sqlite
