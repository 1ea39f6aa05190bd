-- Zip files (PKWARE's APPNOTE 6.3), with 64-bit sizes: entries that are stored or deflated. PyTorch's .pt and NumPy's
-- .npz are such files. Stored entries are read and mapped in place; deflated ones are unpacked by hecate.zlib.
local internal = torch._C
local zip = {}

local END <const>, END64 <const>, LOCATOR64 <const> = 22, 56, 20
local CENTRAL <const>, LOCAL <const> = 46, 30
local FULL <const> = 0xffffffff -- "see the 64-bit field"
local MOST_RATIO <const> = 1032 -- deflate packs no better

local Archive = {}
Archive.__index = Archive

--- Raises "WHO: PATH: WHAT (offset N)".
function Archive:bad(offset, what)
  internal.raise(("torch.load: %s: %s (offset %d)"):format(self.file:path(), (what:gsub("%c", "?")), offset))
end

-- ---- reading ------------------------------------------------------------------------------

-- Where the record at the end of the file stands, and that record.
local function find_end(self)
  local size = self.file:size()
  local n = math.min(size, END + 0xffff)
  local tail = self.file:read(size - n, n)
  for at = n - END + 1, 1, -1 do
    if tail:sub(at, at + 3) == "PK\5\6" and string.unpack("<I2", tail, at + 20) == n - at - END + 1 then
      return size - n + at - 1, tail:sub(at, at + END - 1)
    end
  end
  self:bad(size, "a zip file without its directory: it is cut off or damaged")
end

-- The offset and size of the directory, and its number of entries.
local function find_directory(self)
  local at, record = find_end(self)
  local disk, _, _, entries, size, offset = string.unpack("<I2I2I2I2I4I4", record, 5)
  if disk ~= 0 and disk ~= 0xffff then self:bad(at, "a zip file of several parts") end
  if at >= LOCATOR64 and self.file:read(at - LOCATOR64, 4) == "PK\6\7" then
    local at64 = string.unpack("<i8", self.file:read(at - LOCATOR64 + 8, 8))
    if at64 < 0 or at64 > at - LOCATOR64 - END64 or self.file:read(at64, 4) ~= "PK\6\6" then
      self:bad(at - LOCATOR64 + 8, "a bad 64-bit record of the zip file")
    end
    entries, size, offset = string.unpack("<i8i8i8", self.file:read(at64 + 32, 24))
    at = at64
  end
  if entries < 0 or size < 0 or offset < 0 or offset > at or size > at - offset or entries > size // CENTRAL then
    self:bad(at, "the directory of the zip file lies outside of it")
  end
  return offset, size, entries
end

-- Replaces the sizes and the offset of an entry that the 64-bit field of `extra` has.
local function read_extra64(self, entry, extra, at)
  local i = 1
  while i + 3 <= #extra do
    local id, n = string.unpack("<I2I2", extra, i)
    if id == 1 then
      local from = i + 4
      for _, key in ipairs {"size", "packed", "header"} do
        if entry[key] == FULL then
          if from + 7 > math.min(#extra, i + 3 + n) then self:bad(at, "a bad 64-bit field of a zip entry") end
          entry[key], from = string.unpack("<i8", extra, from)
        end
      end
    end
    i = i + 4 + n
  end
end

-- The entry at position `i` of the directory's text, which begins at `start` in the file; and where the next one is.
local function read_central(self, text, i, start)
  if i + CENTRAL - 1 > #text or text:sub(i, i + 3) ~= "PK\1\2" then
    self:bad(start + i - 1, "a damaged directory of the zip file")
  end
  local flags, method, _, crc, packed, size, names, extras, comments = string.unpack("<I2I2I4I4I4I4I2I2I2", text, i + 8)
  local header = string.unpack("<I4", text, i + 42)
  local next_one = i + CENTRAL + names + extras + comments
  if next_one - 1 > #text then self:bad(start + i - 1, "a damaged directory of the zip file") end
  local entry = {name = text:sub(i + CENTRAL, i + CENTRAL + names - 1), flags = flags, method = method, crc = crc,
    packed = packed, size = size, header = header}
  local from = i + CENTRAL + names
  read_extra64(self, entry, text:sub(from, from + extras - 1), start + from - 1)
  return entry, next_one
end

-- Each entry lies in the file by itself: one part of it in many entries would be read many times.
local function check_places(self, directory)
  local list = table.move(self.list, 1, #self.list, 1, {})
  table.sort(list, function(a, b) return a.header < b.header end)
  local free = 0
  for _, entry in ipairs(list) do
    local room = directory - entry.header - LOCAL
    if entry.header < free or entry.size < 0 or entry.packed < 0 or entry.packed > room then
      self:bad(math.max(entry.header, 0),
        ("entry '%s' lies outside of the file or over another one"):format(entry.name))
    end
    free = entry.header + LOCAL + entry.packed
  end
end

--- The archive in a file of torch._C.open_file: {list = the entries in order, entries = them by name}.
function zip.open(file)
  local self = setmetatable({file = file, list = {}, entries = {}}, Archive)
  local start, size, count = find_directory(self)
  local text, i = file:read(start, size), 1
  for n = 1, count do
    self.list[n], i = read_central(self, text, i, start)
    self.entries[self.list[n].name] = self.list[n]
  end
  check_places(self, start)
  return self
end

-- Where the bytes of an entry begin.
local function find_data(self, entry)
  local at = entry.header
  local head = self.file:read(at, LOCAL)
  if head:sub(1, 4) ~= "PK\3\4" then self:bad(at, ("no entry '%s' of the zip file is here"):format(entry.name)) end
  if entry.flags & 1 ~= 0 then self:bad(at, ("entry '%s' is encrypted"):format(entry.name)) end
  local names, extras = string.unpack("<I2I2", head, 27)
  local data = at + LOCAL + names + extras
  if entry.packed > self.file:size() - data then
    self:bad(at, ("entry '%s' reaches past the end of the file"):format(entry.name))
  end
  return data
end

local function inflate(self, entry, at)
  if entry.size > entry.packed * MOST_RATIO + 64 then
    self:bad(at, ("entry '%s': %d bytes cannot unpack to %d"):format(entry.name, entry.packed, entry.size))
  end
  local bytes, reason = require "hecate.zlib".inflate(self.file:read(at, entry.packed), entry.size)
  if not bytes then self:bad(at, ("entry '%s': %s"):format(entry.name, reason)) end
  self:check(entry, bytes)
  return internal.open_tensor(bytes, "torch.load", ("%s: %s"):format(self.file:path(), entry.name))
end

--- Of an entry: a reader, where in it the bytes begin, and how many they are.
function Archive:open(entry)
  local at = find_data(self, entry)
  if entry.method == 8 then return inflate(self, entry, at), 0, entry.size end
  if entry.method ~= 0 then
    self:bad(entry.header, ("entry '%s' is packed by method %d; stored and deflated ones are read"):format(entry.name,
      entry.method))
  end
  if entry.size ~= entry.packed then self:bad(at, ("entry '%s' has two sizes"):format(entry.name)) end
  return self.file, at, entry.size
end

--- Raises unless these are the bytes of the entry, by their check sum.
function Archive:check(entry, bytes)
  if internal.crc32(bytes) ~= entry.crc then
    self:bad(entry.header, ("entry '%s' is damaged: its check sum is wrong"):format(entry.name))
  end
end

--- The bytes of an entry as a string.
function Archive:read(entry)
  local file, at, size = self:open(entry)
  local text = file:read(at, size)
  self:check(entry, text)
  return text
end

-- ---- writing ------------------------------------------------------------------------------

local ALIGNMENT <const> = 64
local DATE <const> = 0x21 -- 1980-01-01: a file depends on what is in it alone

-- What is added to the header of an entry so that its bytes begin at a multiple of 64, as PyTorch does.
local function padding(at)
  local n = -(at + 4) % ALIGNMENT
  return string.pack("<I2I2", 0x4246, n) .. ("Z"):rep(n)
end

-- The 64-bit field of an entry where it needs one.
local function extra64(...)
  local parts = {}
  for _, value in ipairs {...} do
    if value >= FULL then parts[#parts + 1] = string.pack("<I8", value) end
  end
  local text = table.concat(parts)
  return #parts > 0 and string.pack("<I2I2", 1, #text) .. text or ""
end

local function short(value) return math.min(value, FULL) end

-- The header in front of an entry's bytes. With a 64-bit size both sizes stand in the field.
local function local_header(entry, at)
  local extra = math.max(entry.size, entry.packed) >= FULL and string.pack("<I2I2I8I8", 1, 16, entry.size, entry.packed)
    or ""
  local size, packed = short(entry.size), short(entry.packed)
  if extra ~= "" then size, packed = FULL, FULL end
  extra = extra .. padding(at + LOCAL + #entry.name + #extra)
  return "PK\3\4" .. string.pack("<I2I2I2I2I2I4I4I4I2I2", extra ~= "" and 45 or 20, 0x800, entry.method, 0, DATE,
    entry.crc,
    packed, size, #entry.name, #extra) .. entry.name .. extra
end

local function central_header(entry)
  local extra = extra64(entry.size, entry.packed, entry.header)
  return "PK\1\2" .. string.pack("<I2I2I2I2I2I2I4I4I4I2I2I2I2I2I4I4", 45, 45, 0x800, entry.method, 0, DATE, entry.crc,
    short(entry.packed), short(entry.size), #entry.name, #extra, 0, 0, 0, 0, short(entry.header)) .. entry.name .. extra
end

local function end_records(at, size, count)
  local text = ""
  if at >= FULL or size >= FULL or count >= 0xffff then
    text = "PK\6\6" .. string.pack("<I8I2I2I4I4I8I8I8I8", END64 - 12, 45, 45, 0, 0, count, count, size, at) .. "PK\6\7"
      .. string.pack("<I4I8I4", 0, at + size, 1)
  end
  local few = math.min(count, 0xffff)
  return text .. "PK\5\6" .. string.pack("<I2I2I2I2I4I4I2", 0, 0, few, few, short(size), short(at), 0)
end

--- Writes entries, an array of {name =, [1] … [n] = strings and contiguous tensors of the CPU, deflate = whether
-- they are packed}, to a file. Errors begin with `who`.
function zip.write(path, entries, who)
  local parts, directory, at = {}, {}, 0
  local function put(part, n)
    parts[#parts + 1] = part
    at = at + n
  end
  for i, entry in ipairs(entries) do
    local crc, size = 0, 0
    for _, part in ipairs(entry) do
      crc = internal.crc32(part, crc)
      size = size + (type(part) == "string" and #part or part:numel() * part:element_size())
    end
    local e = {name = entry.name, method = 0, crc = crc, size = size, packed = size, header = at}
    local content = entry
    if entry.deflate then content = {zip.deflate(entry)} end
    if entry.deflate then e.method, e.packed = 8, #content[1] end
    local head = local_header(e, at)
    put(head, #head)
    for _, part in ipairs(content) do put(part, 0) end
    at = at + e.packed
    directory[i] = central_header(e)
  end
  local text = table.concat(directory)
  internal.write_file(path, "", table.move({text, end_records(at, #text, #entries)}, 1, 2, #parts + 1, parts), who)
end

--- The parts of an entry as one raw stream of deflate: that of zlib without its two bytes in front and the sum behind.
function zip.deflate(parts)
  local strings = {}
  for i, part in ipairs(parts) do
    if type(part) ~= "string" then
      part = internal.open_tensor(part, "torch.save", "a part"):read(0, part:numel() * part:element_size())
    end
    strings[i] = part
  end
  return require "hecate.zlib".deflate(table.concat(strings)):sub(3, -5)
end

return zip
