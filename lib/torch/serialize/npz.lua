-- Zip files of NumPy's arrays (.npz): an entry NAME.npy for each.
local internal = torch._C
local zip = require "torch.serialize.zip"
local npy = require "torch.serialize.npy"

local npz = {}

--- A table from names to tensors.
function npz.load(file, place, given, archive)
  archive = archive or zip.open(file)
  local arrays = {}
  for _, entry in ipairs(archive.list) do
    local name = entry.name:match "^(.+)%.npy$" or archive:bad(entry.header, ("entry '%s' is no array of NumPy"):format(
      entry.name:gsub("%c", "?")))
    if arrays[name] ~= nil then archive:bad(entry.header, ("two arrays '%s'"):format(name)) end
    local reader, at, size = archive:open(entry)
    if not given.mmap and entry.method == 0 then archive:check(entry, reader:tensor(at, "uint8", {size})) end
    arrays[name] = npy.read(reader, at, size, place)
  end
  return arrays
end

-- The arrays of a table as {name, value}, in a fixed order. As in numpy.savez, positions are called arr_0, arr_1 …
local function named(value, path)
  local list = {}
  for key, item in next, value do
    if math.type(key) == "integer" and key >= 1 and key <= rawlen(value) then key = ("arr_%d"):format(key - 1) end
    if type(key) ~= "string" or key == "" or key:find "\0" then
      internal.raise(("torch.save: %s: the names of arrays are strings, got the key %s"):format(path, tostring(key)))
    end
    list[#list + 1] = {key, item}
  end
  table.sort(list, function(a, b) return a[1] < b[1] end)
  return list
end

--- Writes a table of tensors.
function npz.save(value, path, given)
  if type(value) ~= "table" then value = {value} end
  local entries = {}
  for i, pair in ipairs(named(value, path)) do
    local header, tensor = npy.encode(pair[2], path, pair[1])
    entries[i] = {name = pair[1] .. ".npy", header, tensor, deflate = given.compressed}
  end
  zip.write(path, entries, "torch.save")
end

return npz
