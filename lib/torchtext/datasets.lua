--- torchtext.datasets: Texts in files as data sets: `for item in dataset:iter() do`, DataLoader, and the methods of
-- torch.utils.data.IterableDataset (map, filter, shuffle by a buffer, batch, …). Files are read while one walks.
local internal = torch._C
local options = require "torch.utils.options"
local data = require "torch.utils.data"

local datasets = {}

local BLOCK <const> = 1 << 16

-- An iterator over the lines of a file, without their ends: text, number, offset.
local function lines_of(path, who)
  local file = internal.open_file(path, who)
  local size, at, rest, number, offset = file:size(), 0, "", 0, 0
  local from = 1
  return function()
    while true do
      local stop = rest:find("\n", from, true)
      if stop or (at >= size and from <= #rest) then
        local line = rest:sub(from, (stop or #rest + 1) - 1)
        local place = offset + from - 1
        from, number = (stop or #rest) + 1, number + 1
        return (line:gsub("\r$", "")), number, place
      end
      if at >= size then
        file:close()
        return nil
      end
      offset, rest, from = offset + from - 1, rest:sub(from), 1
      local n = math.min(BLOCK, size - at)
      rest, at = rest .. file:read(at, n), at + n
    end
  end
end

local Lines = torch.class("torchtext.datasets.Lines", data.IterableDataset)

function Lines:__init(paths, who, make)
  self._paths, self._who, self._make = paths, who, make
  for _, path in ipairs(paths) do internal.open_file(path, who):close() end -- says what is missing at once
end

-- The items of all files, one after another; make(next_line, path) gives an iterator over those of one.
--- dataset:iter() -> function: An iterator over the items, from the first one on.
function Lines:iter()
  local i, items = 0, nil
  return function()
    while true do
      local item = items and items()
      if item ~= nil then return item end
      i = i + 1
      if not self._paths[i] then return nil end
      items = self._make(lines_of(self._paths[i], self._who), self._paths[i])
    end
  end
end

local function paths_of(who, value)
  local paths = type(value) == "string" and {value} or value
  if type(paths) ~= "table" or #paths == 0 then options.wrong(who, "path", 1, "a path or an array of paths", value) end
  for _, path in ipairs(paths) do
    if type(path) ~= "string" then options.wrong(who, "path", 1, "a path or an array of paths", path) end
  end
  return paths
end

--- torchtext.datasets.lines(path: any) -> torch.utils.data.IterableDataset: The lines of a text file, or of several.
function datasets.lines(...)
  local paths = paths_of("lines", options.read("lines", {{"path"}}, ...).path)
  return Lines(paths, "datasets.lines", function(next_line) return function() return (next_line()) end end)
end

-- The fields of a record that begins with a line; more lines are taken while a quoted field is open.
local function read_record(next_line, delimiter, wrong)
  local line, number = next_line()
  if not line then return nil end
  local fields, at = {}, 1
  while true do
    if line:sub(at, at) == '"' then
      local parts, from = {}, at + 1
      while true do
        local stop = line:find('"', from, true)
        if not stop then
          local more = next_line()
          if not more then wrong(number, "a quoted field without end") end
          parts[#parts + 1] = line:sub(from) .. "\n"
          line, from = more, 1
        elseif line:sub(stop + 1, stop + 1) == '"' then
          parts[#parts + 1] = line:sub(from, stop)
          from = stop + 2
        else
          parts[#parts + 1] = line:sub(from, stop - 1)
          at = stop + 1
          break
        end
      end
      fields[#fields + 1] = table.concat(parts)
      if at <= #line and line:sub(at, at) ~= delimiter then wrong(number, "text behind a quoted field") end
    else
      local stop = line:find(delimiter, at, true) or #line + 1
      fields[#fields + 1] = line:sub(at, stop - 1)
      at = stop
    end
    if at > #line then return fields, number end
    at = at + 1
    if at > #line then
      fields[#fields + 1] = ""
      return fields, number
    end
  end
end

local function named(names, fields, number, wrong)
  if #fields ~= #names then wrong(number, ("expected %d fields, got %d"):format(#names, #fields)) end
  local item = {}
  for i, name in ipairs(names) do item[name] = fields[i] end
  return item
end

local function csv_items(given)
  return function(next_line, path)
    local names = given.names
    local function wrong(number, what) internal.raise(("datasets.csv: %s: line %d: %s"):format(path, number, what)) end
    if given.header then
      local head = read_record(next_line, given.delimiter, wrong)
      names = names or head
    end
    return function()
      local fields, number = read_record(next_line, given.delimiter, wrong)
      while fields and #fields == 1 and fields[1] == "" do -- an empty line
        fields, number = read_record(next_line, given.delimiter, wrong)
      end
      if not fields then return nil end
      return names and named(names, fields, number, wrong) or fields
    end
  end
end

--- torchtext.datasets.csv(path: any, delimiter: string = ",", header: bool = false, names: string[] = nil) ->
-- torch.utils.data.IterableDataset: The records of a file of separated values: arrays of strings, or with a header or
-- names tables by them. A delimiter "\t" reads TSV files.
function datasets.csv(...)
  local given = options.read("csv", {{"path"}, {"delimiter", kind = "string", default = ","},
    {"header", kind = "boolean", default = false}, {"names", kind = "table"}}, ...)
  if #given.delimiter ~= 1 or given.delimiter:find '["\n\r]' then
    options.wrong("csv", "delimiter", 2, "one character", given.delimiter)
  end
  return Lines(paths_of("csv", given.path), "datasets.csv", csv_items(given))
end

--- torchtext.datasets.json_lines(path: any) -> torch.utils.data.IterableDataset: The values of a file that has a JSON
-- value a line; null is torchtext.datasets.null.
function datasets.json_lines(...)
  local json = require "torch.json"
  local paths = paths_of("json_lines", options.read("json_lines", {{"path"}}, ...).path)
  return Lines(paths, "datasets.json_lines", function(next_line, path)
    return function()
      local line, number, offset = next_line()
      while line and line:find "^%s*$" do line, number, offset = next_line() end
      if not line then return nil end
      local ok, value = options.try(json.decode, line, json.null)
      if ok then return value end
      if type(value) ~= "table" then error(value, 0) end
      internal.raise(("datasets.json_lines: %s: line %d: %s (offset %d)"):format(path, number, value.what,
        offset + value.offset))
    end
  end)
end

datasets.null = require "torch.json".null

return datasets
