-- PyTorch's files (.pt, .pth) in the zip format: data.pkl is a pickle, data/KEY are the bytes of the storages.
local zip = require "torch.serialize.zip"
local unpickle = require "torch.serialize.unpickle"
local tensors = require "torch.serialize.tensors"
local dtypes = require "torch.serialize.dtypes"

local pytorch = {}

-- ---- reading ------------------------------------------------------------------------------

local function bad_archive(archive, what) archive:bad(0, what) end

-- The folder inside of the archive, "archive/".
local function find_folder(archive)
  local folder
  for _, entry in ipairs(archive.list) do
    folder = folder or entry.name:match "^([^/]+/)data%.pkl$"
    if entry.name:find "^[^/]+/constants%.pkl$" then
      bad_archive(archive, "a program of TorchScript; its weights are read once they are saved as a state_dict")
    end
  end
  return folder or bad_archive(archive, "a zip file without data.pkl, so none of PyTorch")
end

local function is_big_endian(archive, folder)
  local entry = archive.entries[folder .. "byteorder"]
  local order = entry and archive:read(entry) or "little"
  if order ~= "little" and order ~= "big" then bad_archive(archive,
    "an order of bytes that is neither little nor big") end
  return order == "big"
end

-- A function from a persistent id to its storage {tensor, dtype, offset}; each is read once.
local function storages(archive, folder, place, mapped)
  local big, known = is_big_endian(archive, folder), {}
  local function read(m, key, dtype, n)
    local entry = archive.entries[folder .. "data/" .. key]
      or m.stream:bad(("a storage '%s' that the file does not have"):format(key:sub(1, 60)))
    if entry.size ~= n * dtypes.size(dtype) then
      m.stream:bad(("a storage '%s' of %d bytes where %d are expected"):format(key:sub(1, 60), entry.size,
        n * dtypes.size(dtype)))
    end
    local file, at = archive:open(entry)
    local tensor = file:tensor(at, dtype, {n}, big)
    if not mapped and not big and entry.method == 0 then archive:check(entry, tensor) end
    return place(tensor)
  end
  return function(m, id)
    local dtype, key, n = tensors.read_id(m, id)
    if n > archive.file:size() * 1100 then m.stream:bad "a storage of more elements than the file can have" end
    known[key] = known[key] or read(m, key, dtype or "uint8", n)
    return {tensor = known[key], dtype = dtype, offset = 0}
  end
end

--- What a file of torch.save of PyTorch holds.
function pytorch.load(file, place, given, archive)
  archive = archive or zip.open(file)
  local folder = find_folder(archive)
  local pickle = archive.entries[folder .. "data.pkl"]
  local reader, at, size = archive:open(pickle)
  if pickle.method == 0 then archive:check(pickle, reader:tensor(at, "uint8", {size})) end
  return (unpickle(reader, at, at + size, {globals = tensors.globals,
    persistent = storages(archive, folder, place, given.mmap)}))
end

-- ---- writing ------------------------------------------------------------------------------

--- Writes a value as PyTorch does.
function pytorch.save(value, path)
  local pickle, list = require "torch.serialize.pickle"(value)
  local name = path:match "([^/]*)$":gsub("%.%w+$", "")
  local folder = (name == "" and "archive" or name) .. "/"
  local entries = {{name = folder .. "data.pkl", pickle}, {name = folder .. ".format_version", "1"},
    {name = folder .. ".storage_alignment", "64"}, {name = folder .. "byteorder", "little"}}
  for i, storage in ipairs(list) do entries[#entries + 1] = {name = ("%sdata/%d"):format(folder, i - 1), storage} end
  entries[#entries + 1] = {name = folder .. "version", "3\n"}
  entries[#entries + 1] = {name = folder .. ".data/serialization_id", ("%040d"):format(#pickle)}
  zip.write(path, entries, "torch.save")
end

return pytorch
