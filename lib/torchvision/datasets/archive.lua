-- Unpacking archives that were downloaded: .zip, .tar, .tar.gz and .tgz. No entry is written outside of the folder. The
-- files appear in it when all of them are unpacked: what was stopped or is damaged leaves nothing that looks complete.
local internal = torch._C
local folders = require "torch.hub.folders"
local options = require "torch.utils.options"

local archive = {}

local BLOCK <const> = 512        -- of a tar
local MOST_RATIO <const> = 1032  -- deflate cannot pack better

--- Where an entry lies in the folder; nil: it is a folder, or would lie elsewhere.
local function place(name, flat)
  name = name:gsub("^%./", "")
  if name == "" or name:sub(-1) == "/" then return nil end
  if name:sub(1, 1) == "/" or ("/" .. name .. "/"):find("/../", 1, true) then return nil, "outside" end
  return flat and name:match "[^/]+$" or name
end

local function make_folder_of(who, path)
  local made, reason = folders.make(path:match "^(.*)/")
  if not made then options.raise(("%s: %s: %s"):format(who, path, reason)) end
end

--- Writes one entry: the bytes of a reader from `at` on.
local function write(who, path, reader, at, size)
  make_folder_of(who, path)
  internal.write_file(path, "", size > 0 and {reader:tensor(at, "uint8", {size})} or {}, who)
end

--- Writes an entry where it belongs, and adds its path to `list`; raises where its name leads out of the folder.
local function unpack_entry(who, source, folder, list, name, flat, ...)
  local path, outside = place(name, flat)
  if outside then
    options.raise(("%s: %s: entry '%s' would be written outside of the folder"):format(who, source,
      (name:gsub("%c", "?"))))
  end
  if not path then return end
  list[#list + 1] = path
  write(who, folder .. "/" .. path, ...)
end

-- ---- tar -----------------------------------------------------------------------------------------------

local function bad(who, source, at, what)
  options.raise(("%s: %s: %s (offset %d of the archive)"):format(who, source, what, at))
end

local function text_of(header, from, n) return (header:sub(from, from + n - 1):match "^[^\0]*") end

local function octal(header, from, n) return tonumber(text_of(header, from, n):match "^%s*([0-7]+)%s*$" or "", 8) end

--- Whether the sum of the bytes of a header is the one that stands in it.
local function has_its_sum(header)
  local sum = 8 * 32 -- the field itself counts as spaces
  for i = 1, BLOCK do if i < 149 or i > 156 then sum = sum + header:byte(i) end end
  return octal(header, 149, 8) == sum
end

--- The path that a record of pax says, or nil.
local function pax_path(text) return text:match "%d+ path=([^\n]+)\n" end

--- Calls f(name, at, size) for the files of a tar.
local function each_of_tar(who, source, reader, f)
  local at, size, long = 0, reader:size(), nil
  while at + BLOCK <= size do
    local header = reader:read(at, BLOCK)
    if not header:find "[^\0]" then return end
    local n, kind = octal(header, 125, 12), header:sub(157, 157)
    if not has_its_sum(header) or n == nil then bad(who, source, at, "a damaged tar") end
    if n > size - at - BLOCK then bad(who, source, at, "an entry reaches past the end") end
    local prefix = header:sub(258, 262) == "ustar" and text_of(header, 346, 155) or ""
    local name = (prefix ~= "" and prefix .. "/" or "") .. text_of(header, 1, 100)
    local data = at + BLOCK
    if kind == "L" then long = reader:read(data, n):match "^[^\0]*"
    elseif kind == "x" then long = pax_path(reader:read(data, n)) or long
    else
      if kind == "0" or kind == "\0" or kind == "7" then f(long or name, data, n) end
      long = nil
    end
    at = data + (n + BLOCK - 1) // BLOCK * BLOCK
  end
end

-- ---- gzip ------------------------------------------------------------------------------------------------

--- Where the packed data begin behind the header of gzip (RFC 1952).
local function gzip_start(head)
  local flags, at = head:byte(4), 11
  if flags & 4 ~= 0 then at = at + 2 + string.unpack("<I2", head, at) end
  for _, flag in ipairs {8, 16} do
    if flags & flag ~= 0 then at = (head:find("\0", at, true) or #head) + 1 end
  end
  if flags & 2 ~= 0 then at = at + 2 end
  return at - 1
end

--- A reader of what gzip packed into the file.
local function unpack_gzip(who, source, file)
  local n = file:size()
  local start = n >= 18 and gzip_start(file:read(0, math.min(n, 4096))) or n
  local size = n >= 18 and string.unpack("<I4", file:read(n - 4, 4)) or 0
  if start + 8 > n or size > (n - start) * MOST_RATIO + 64 then bad(who, source, 0, "damaged data of gzip") end
  local bytes, reason = require "hecate.zlib".inflate(file:read(start, n - start - 8), size)
  if not bytes then options.raise(("%s: %s: %s"):format(who, source, reason)) end
  return internal.open_tensor(bytes, who, source)
end

-- ---- all of them --------------------------------------------------------------------------------------------

local function extract_zip(who, file, source, folder, list, flat)
  local opened = require "torch.serialize.zip".open(file)
  for _, entry in ipairs(opened.list) do
    if entry.name:sub(-1) ~= "/" then
      local reader, at, size = opened:open(entry)
      unpack_entry(who, source, folder, list, entry.name, flat, reader, at, size)
    end
  end
end

local function extract_all(who, path, folder, list, flat)
  local file <close> = internal.open_file(path, who, true)
  local head = file:read(0, math.min(4, file:size()))
  if head:sub(1, 2) == "PK" then return extract_zip(who, file, path, folder, list, flat) end
  local reader = head:sub(1, 2) == "\x1f\x8b" and unpack_gzip(who, path, file) or file
  each_of_tar(who, path, reader, function(name, at, size)
    unpack_entry(who, path, folder, list, name, flat, reader, at, size)
  end)
end

--- Moves the files of `list` from one folder to another.
local function move_all(who, from, to, list)
  for _, path in ipairs(list) do
    make_folder_of(who, to .. "/" .. path)
    local moved, reason = os.rename(from .. "/" .. path, to .. "/" .. path)
    if not moved and folders.exists(from .. "/" .. path) then options.raise(("%s: %s"):format(who, reason)) end
  end
end

--- Removes what is left of the files of `list`, and their folders.
local function remove_all(folder, list)
  local seen, above = {}, {}
  for _, path in ipairs(list) do
    os.remove(folder .. "/" .. path)
    path = path:match "^(.*)/"
    while path and not seen[path] do
      seen[path], above[#above + 1] = true, path
      path = path:match "^(.*)/"
    end
  end
  table.sort(above, function(a, b) return #a > #b end)
  for _, path in ipairs(above) do os.remove(folder .. "/" .. path) end
  os.remove(folder)
end

--- Unpacks an archive into a folder. wanted.flat: without the folders in it.
function archive.extract(who, path, folder, wanted)
  local list, beside = {}, ("%s/.%s.unpacking"):format(folder, path:match "[^/]*$")
  local ok, wrong = options.try(extract_all, who, path, beside, list, wanted and wanted.flat)
  if ok then ok, wrong = options.try(move_all, who, beside, folder, list) end
  remove_all(beside, list)
  if not ok then error(wrong, 0) end
end

return archive
