--- Files of tables, and bytes that kernels of pictures work on, for tests/fuzz/files.lua: add(kinds, folder, path,
-- read) adds them. `path` is the file that is written before a reader is called; read(path) gives the bytes of a file.
local tables = {}

-- A data base with all types of columns, an index and a page that overflows.
local function add_sqlite(kinds, folder, path, read)
  if not pcall(require, "torch.sqlite.library") then return end
  local name = folder .. "/right.db"
  local db = torch.sqlite.open(name, "w")
  db:execute "CREATE TABLE t (i INTEGER PRIMARY KEY, x REAL, s TEXT, b BLOB)"
  db:execute "CREATE INDEX by_text ON t (s)"
  for i = 1, 40 do
    db:execute("INSERT INTO t VALUES (?, ?, ?, ?)", {i, i / 4, ("text"):rep(i), i % 3 == 0 and "\0\1" or nil})
  end
  db:execute("INSERT INTO t VALUES (?, ?, ?, ?)", {99, 0 / 0, ("long"):rep(3000), nil})
  db:close()
  kinds.sqlite = {bytes = read(name), read = function()
    local base <close> = torch.sqlite.open(path)
    for _, table_name in ipairs(base:tables()) do
      base:query(('SELECT * FROM "%s"'):format(table_name:gsub('"', '""')))
    end
    return base:query "SELECT s, COUNT(*) AS n, AVG(x) AS mean FROM t GROUP BY s ORDER BY s"
  end}
end

-- libhdf5 (1.10.8 at least) reads beside its own memory in damaged files, while it opens an object already, so this
-- kind is there for those alone who ask for it.
local function add_hdf5(kinds, folder, _, read)
  if os.getenv "HECATE_FUZZ_HDF5" ~= "1" or not pcall(require, "torch.hdf5.library") then return end
  local name, written = folder .. "/values.h5", folder .. "/written.h5"
  torch.save({a = torch.arange(6):reshape(2, 3), b = {c = torch.ones(2), d = torch.eye(3):bool()}}, written)
  kinds.hdf5 = {bytes = read(written), name = name, read = function() return torch.load(name) end}
end

local function add_frames(kinds, path)
  local text = "name,x,day\nAda,1.5,2024-01-02\n\"B, C\",,2024-02-30\n,7,\n"
  kinds.frame_csv = {bytes = text, read = function()
    local frame = torch.frame.read_csv(path)
    return tostring(frame), frame:describe()
  end}
end

-- The sizes are the first bytes, the elements the others, again and again.
local function picture(bytes, first, dtype)
  local function size(i) return (bytes:byte(i) or 0) % 40 + 1 end
  local channels, height, width = (bytes:byte(first) or 0) % 4 + 1, size(first + 1), size(first + 2)
  local n = channels * height * width
  local data = {}
  for i = 1, n do data[i] = bytes:byte((i * 7) % #bytes + 1) end
  local x = torch.tensor(data, {dtype = "uint8"}):reshape(channels, height, width)
  return dtype == "uint8" and x or x:to(dtype) / 255
end
local MODES <const> = {"nearest", "bilinear", "bicubic", "area", "lanczos", "nearest-exact"}

local function add_pictures(kinds)
  local bytes = ""
  for i = 1, 64 do bytes = bytes .. string.char((i * 37) % 256) end
  for _, dtype in ipairs {"uint8", "float32"} do
    kinds["resize_" .. dtype] = {bytes = bytes, read = function(given)
      if #given < 8 then return end
      local x = picture(given, 1, dtype):unsqueeze(1)
      local height, width = given:byte(4) % 50 + 1, given:byte(5) % 50 + 1
      local mode = MODES[given:byte(6) % #MODES + 1]
      if given:byte(7) % 3 == 0 then x = x:transpose(3, 4) end
      if given:byte(7) % 5 == 0 then x = x[{{}, {}, {1, -1, 2}}] end
      return nn.functional.interpolate(x, {size = {height, width}, mode = mode,
        antialias = (mode == "bilinear" or mode == "bicubic" or mode == "lanczos") and given:byte(8) % 2 == 0 or nil})
    end}
  end
  kinds.equalize = {bytes = bytes, read = function(given)
    if #given < 8 then return end
    local x = picture(given, 1, "uint8")
    if x.shape[1] % 2 == 0 then x = x[{{1}}] end
    if given:byte(7) % 3 == 0 then x = x:transpose(2, 3) end
    local functional = torchvision.transforms.functional
    return functional.equalize(x), functional.posterize(x, given:byte(4) % 8), functional.autocontrast(x)
  end}
end

--- Adds the kinds.
function tables.add(kinds, folder, path, read)
  add_sqlite(kinds, folder, path, read)
  add_hdf5(kinds, folder, path, read)
  add_frames(kinds, path)
  add_pictures(kinds)
end

return tables
