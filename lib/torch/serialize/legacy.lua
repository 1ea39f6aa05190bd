-- Pickles: those of torch.save of PyTorch before 1.6 (five pickles, then the bytes of the storages), and plain ones.
local internal = torch._C
local unpickle = require "torch.serialize.unpickle"
local tensors = require "torch.serialize.tensors"
local python = require "torch.serialize.python"
local dtypes = require "torch.serialize.dtypes"

local legacy = {}

local MAGIC <const> = "\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19." -- the pickle of the format's number
local VERSION <const> = 1001

-- Storages have no bytes yet when the pickle asks for them; all of them together must fit the file.
local function storages(file)
  local known, left = {}, file:size()
  local function make(m, key, dtype, n)
    local bytes = n > left and n or n * dtypes.size(dtype)
    if bytes > left then m.stream:bad(("storages of more bytes than the file has (%d)"):format(file:size())) end
    left = left - bytes
    local host = torch.empty(n, {dtype = dtype})
    return {host = host, dtype = dtype}
  end
  return known, function(m, id)
    local dtype, key, n, view = tensors.read_id(m, id)
    known[key] = known[key] or make(m, key, dtype or "uint8", n)
    local storage = known[key]
    local offset = 0
    if view ~= nil then
      offset = type(view) == "table" and view[2]
      if math.type(offset) ~= "integer" or offset < 0 then m.stream:bad "a bad view of a storage" end
    end
    return {tensor = storage.host, dtype = dtype, offset = offset}
  end
end

-- The bytes of each storage, in the order of `keys`, from `at` on: the number of elements, then the elements.
local function fill(file, known, keys, at, bad)
  if type(keys) ~= "table" then bad("the list of storages is no list", at) end
  local seen = {}
  for _, key in ipairs(keys) do
    local storage = known[key] or bad(("a storage '%s' that no tensor has"):format(tostring(key):sub(1, 60)), at)
    if seen[key] then bad("a storage twice", at) end
    seen[key] = true
    local n = at + 8 <= file:size() and string.unpack("<i8", file:read(at, 8)) or bad("the file ends early",
      file:size())
    local bytes = storage.host:numel() * storage.host:element_size()
    if n ~= storage.host:numel() or bytes > file:size() - at - 8 then
      bad(("a storage of %d elements where %d are expected"):format(n, storage.host:numel()), at)
    end
    file:fill(storage.host, at + 8)
    at = at + 8 + bytes
  end
  for key in pairs(known) do
    if not seen[key] then bad(("the bytes of storage '%s' are missing"):format(key:sub(1, 60)), at) end
  end
  if at ~= file:size() then bad("more bytes than the storages have", at) end
end

local function refuse_mmap(file)
  internal.raise(("load: 'mmap': %s: a pickle cannot be mapped; files of the zip format can"):format(file:path()))
end

local function load_torch(file, place, elsewhere)
  local size, at = file:size(), #MAGIC
  local function bad(what, offset) internal.raise(("torch.load: %s: %s (offset %d)"):format(file:path(),
    (what:gsub("%c", "?")), offset)) end
  local version, system, value, keys
  version, at = unpickle(file, at, size, {globals = python.globals})
  if version ~= VERSION then bad(("version %s of the legacy format; 1001 is read"):format(tostring(version)),
    #MAGIC) end
  local from = at
  system, at = unpickle(file, at, size, {globals = python.globals})
  if type(system) ~= "table" or system.little_endian ~= true then bad("a file of a big-endian machine, or damaged",
    from) end
  local known, persistent = storages(file)
  from = at
  value, at = unpickle(file, at, size, {globals = tensors.globals, persistent = persistent})
  keys, at = unpickle(file, at, size, {globals = python.globals})
  fill(file, known, keys, at, bad)
  if not elsewhere then return value end
  -- Once more, of storages that are on the device where they are wanted.
  for _, storage in pairs(known) do storage.host = place(storage.host) end
  return (unpickle(file, from, size, {globals = tensors.globals, persistent = persistent}))
end

--- What a pickle holds.
function legacy.load(file, place, given)
  if given.mmap then refuse_mmap(file) end
  if file:size() >= #MAGIC and file:read(0, #MAGIC) == MAGIC then return load_torch(file, place,
    given.map_location ~= nil) end
  return (unpickle(file, 0, file:size(), {globals = python.globals}))
end

return legacy
