--- torch.hdf5: Files of HDF5: groups as tables, datasets as tensors, attributes. It needs libhdf5.
local internal = torch._C
local options = require "torch.utils.options"
local hdf5 = {}

local DEPTH <const> = 100

-- What libhdf5 finds no signature in is named as what it is, where that is known.
local function reason_of(path, message)
  local file <close> = internal.open_file(path, "hdf5.read")
  local format = message:find "signature not found" and internal.file_format(file:read(0, math.min(512, file:size())))
  return format and "no HDF5 file but " .. format or message
end

-- The file and libhdf5, whose errors get the function and the path in front.
local function with(who, path, mode, f)
  local library = require "torch.hdf5.library"
  if mode == "r" then internal.open_file(path, who):close() end -- says what is no regular file
  local ok, file = pcall(library.open, path, mode)
  local results
  if ok then
    results = table.pack(options.try(f, library, file))
    local closed, reason = pcall(library.close, file)
    if results[1] and not closed then results = {false, reason} end
  else results = {false, file} end
  if results[1] then return table.unpack(results, 2, results.n) end
  local message = tostring(results[2]):gsub("^[^:\n]*%.lua:%d+: ", "")
  internal.raise(("%s: %s: %s"):format(who, path, mode == "r" and reason_of(path, message) or message))
end

local function join(group, name) return group == "/" and "/" .. name or group .. "/" .. name end

-- Nested arrays of texts in a shape.
local function nest(texts, shape)
  if type(texts) == "string" or #shape <= 1 then return texts end
  local place = 0
  local function build(dim)
    local list = {}
    for i = 1, shape[dim] do
      if dim == #shape then
        place = place + 1
        list[i] = texts[place]
      else list[i] = build(dim + 1) end
    end
    return list
  end
  return build(1)
end

local function read_value(library, file, name, place, rows, depth)
  local kind = library.kind(file, name)
  if kind == nil then error(("%s: there is nothing of that name"):format(name), 0) end
  if kind == "dataset" then
    local value, shape = library.read(file, name, rows and rows[1], rows and (rows[2] or rows[1]))
    return torch.is_tensor(value) and place(value) or nest(value, shape)
  end
  if kind ~= "group" then error(("%s: neither a group nor a dataset"):format(name), 0) end
  if rows then error(("%s: a group has no rows"):format(name), 0) end
  if depth > DEPTH then error(("%s: groups in groups, more than %d deep"):format(name, DEPTH), 0) end
  local group = {}
  for _, key in ipairs(library.names(file, name)) do
    group[key] = read_value(library, file, join(name, key), place, nil, depth + 1)
  end
  return group
end

--- torch.hdf5.read(path: path, name: string = "/", rows: any = nil) -> any: A dataset as a tensor (texts: a string or
-- arrays of strings), a group as a table from names to what is in it. rows = {from, to}: these rows alone of a
-- dataset are read.
function hdf5.read(...)
  local given = options.read("hdf5.read", {{"path", kind = "string", required = true},
    {"name", kind = "string", default = "/"}, {"rows", kind = "table"}}, ...)
  local rows = given.rows
  if rows and not (options.integer(rows[1]) and (rows[2] == nil or options.integer(rows[2])) and #rows <= 2) then
    options.wrong("hdf5.read", "rows", 3, "{from, to}", rows)
  end
  return with("hdf5.read", given.path, "r", function(library, file)
    return read_value(library, file, given.name, function(t) return t end, rows, 1)
  end)
end

--- torch.hdf5.list(path: path, name: string = "/") -> any: The names in a group, sorted.
function hdf5.list(...)
  local given = options.read("hdf5.list", {{"path", kind = "string", required = true},
    {"name", kind = "string", default = "/"}}, ...)
  return with("hdf5.list", given.path, "r", function(library, file) return library.names(file, given.name) end)
end

--- torch.hdf5.attributes(path: path, name: string = "/") -> any: The attributes of a group or dataset: a table from
-- names to tensors, numbers and strings.
function hdf5.attributes(...)
  local given = options.read("hdf5.attributes", {{"path", kind = "string", required = true},
    {"name", kind = "string", default = "/"}}, ...)
  return with("hdf5.attributes", given.path, "r", function(library, file)
    local list = library.attributes(file, given.name)
    for key, value in pairs(list) do
      if torch.is_tensor(value) and value.ndim == 0 then list[key] = value:item() end
    end
    return list
  end)
end

-- ---- writing ------------------------------------------------------------------------------------

-- What libhdf5 writes of a value: a contiguous tensor of the CPU, a string, an array of strings; nil of another one.
local function written(value, name)
  local kind = type(value)
  if kind == "string" then return value end
  if kind == "number" then return torch.tensor(value, math.type(value) == "float" and {dtype = "float64"} or nil) end
  if kind == "boolean" then return torch.tensor(value) end
  if torch.is_tensor(value) then
    if tostring(value.dtype):find "float8" then
      error(("%s: HDF5 has no %s; x:float() has the same values"):format(name, tostring(value.dtype)), 0)
    end
    return value:detach():cpu():contiguous()
  end
  if kind == "table" and #value > 0 then
    for _, item in ipairs(value) do if type(item) ~= "string" then return nil end end
    return value
  end
end

local function write_value(library, file, name, value, level, seen)
  if select(2, name:gsub("/", "")) > DEPTH then error(("tables are nested more than %d deep"):format(DEPTH), 0) end
  local data = written(value, name)
  if data then return library.write(file, name, data, level) end
  if type(value) ~= "table" then
    error(("%s: cannot save a %s"):format(name, torch.typename(value) or type(value)), 0)
  end
  if seen[value] then error(("%s: a table inside of itself"):format(name), 0) end
  seen[value] = true
  if name ~= "/" then library.group(file, name) end
  local keys = {}
  for key in next, value do
    if type(key) ~= "string" and math.type(key) ~= "integer" or key == "" or tostring(key):find "[/\0]" then
      error(("%s: names in groups are strings without '/', got the key %s"):format(name, tostring(key)), 0)
    end
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, key in ipairs(keys) do write_value(library, file, join(name, tostring(key)), value[key], level, seen) end
  seen[value] = nil
end

local function write_attributes(library, file, all)
  for name, list in pairs(all) do
    if type(list) ~= "table" then error(("'attributes': %s: expected a table of attributes"):format(tostring(name)),
      0) end
    for key, value in pairs(list) do
      local data = written(value, tostring(key))
      if data == nil then error(("'attributes': %s: cannot save a %s"):format(tostring(key), type(value)), 0) end
      library.set_attribute(file, name, tostring(key), data)
    end
  end
end

-- A new file, which takes the place of the target when it is whole.
local function write_whole(who, path, f)
  local new <close> = internal.replacement(path, who)
  local beside = new:path()
  local ok, reason = options.try(with, who, beside, "w", f)
  if ok then return new:place() end
  internal.raise((tostring(reason):gsub("^[^\n]-: (" .. who .. ": )", "%1"):gsub(beside:gsub("%p", "%%%0"),
    (path:gsub("%%", "%%%%")))))
end

--- torch.hdf5.write(value: any, path: path, gzip: int = 0, attributes: any = nil): Writes a table as a file: tables are
-- groups, tensors, numbers, strings and arrays of strings datasets. gzip: 1 to 9 packs datasets, in chunks. attributes:
-- {["/name"] = {key = number, string or tensor}}. The file is replaced in one step.
function hdf5.write(...)
  local given = options.read("hdf5.write", {{"value"}, {"path", kind = "string", required = true},
    {"gzip", kind = "count", default = 0}, {"attributes", kind = "table", default = {}}}, ...)
  if given.gzip > 9 then options.wrong("hdf5.write", "gzip", 3, "a level from 0 to 9", given.gzip) end
  if type(given.value) ~= "table" then options.wrong("hdf5.write", "value", 1, "a table", given.value) end
  write_whole("hdf5.write", given.path, function(library, file)
    write_value(library, file, "/", given.value, given.gzip, {})
    write_attributes(library, file, given.attributes)
  end)
end

return hdf5
