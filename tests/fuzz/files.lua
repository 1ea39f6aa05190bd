--- Damaged files: hecate tests/fuzz/files.lua [TIMES [SEED [PATTERN]]], the kinds that PATTERN matches
-- Right files of each kind that Hecate reads are damaged in TIMES ways (bytes changed, parts cut out, doubled, cut off
-- at the end, numbers of a header made huge) and read. A reader may refuse a file, in a message of one line that shows
-- no internals, or read it; it must not crash, take memory without bound or leave some. Prints what is wrong and
-- "N passed, N failed"; the seed and the number of a case name it. Made for the sanitizers. TIMES as "600s": each
-- kind is damaged for so many seconds, and how often is told.
local seconds = tonumber((arg[1] or ""):match "^(%d+)s$")
local times, seed, PATTERN <const> = tonumber(arg[1] or 200) or math.maxinteger, tonumber(arg[2] or 1), arg[3] or ""
local folder = os.tmpname()
os.remove(folder)
os.execute("mkdir " .. folder)
local path = folder .. "/file"

local function write(bytes, to)
  local file <close> = assert(io.open(to or path, "wb"))
  file:write(bytes)
end
local function read(from)
  local file <close> = assert(io.open(from or path, "rb"))
  return file:read "a"
end

-- Numbers of a generator of our own: the same for a seed, whatever the readers draw.
local state
local function random(n)
  state = (state * 6364136223846793005 + 1442695040888963407)
  return (state >> 33) % n + 1
end

-- ---- files and their readers ---------------------------------------------------------------------------

local kinds = {}

local idx = require "torch.utils.data.idx"
local data = string.char(0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 4) .. ("abcdefghijkl")
kinds.idx = {bytes = data, read = function() return idx.read_idx(path, "read_idx") end}

write(data, folder .. "/packed")
os.execute(("gzip -9nf %s/packed"):format(folder))
local packed = read(folder .. "/packed.gz")
if pcall(require, "hecate.zlib") then
  local name = path .. ".gz"
  kinds.idx_gz = {bytes = packed, name = name, read = function() return idx.read_idx(name, "read_idx") end}
end

local saved = {a = torch.arange(6):reshape(2, 3), b = {1, "text", true, torch.ones(2, {dtype = "float64"})}, [3] = 0.5}
torch.save(saved, folder .. "/saved")
kinds.safetensors = {bytes = read(folder .. "/saved"), read = function() return torch.load(path) end}

local function load_as(name) return function() return torch.load(folder .. "/" .. name) end end
--- A kind of files that torch.load reads: what `value` is saved as, or a recorded file.
local function add_format(kind, name, value)
  if value then torch.save(value, folder .. "/" .. name) end
  local bytes = read(value and folder .. "/" .. name or "tests/data/exchange/" .. name)
  kinds[kind] = {bytes = bytes, name = folder .. "/" .. name, read = load_as(name)}
end
add_format("pytorch", "x.pt", saved)
add_format("pytorch_values", "values.pt")
add_format("pytorch_legacy", "values_legacy.pt")
for _, protocol in ipairs {0, 2, 4} do add_format("pickle" .. protocol, ("plain%d.pkl"):format(protocol)) end
add_format("npy", "x.npy", torch.arange(6):reshape(2, 3))
add_format("npz", "x.npz", {x = torch.arange(6), y = torch.ones(2, 3)})
add_format("mat", "values.mat")
if pcall(require, "hecate.zlib") then
  add_format("npz_packed", "arrays.npz")
  add_format("mat_packed", "packed.mat")
end

local Log = require "gnuplot.log"
local sink = {add = function() end, mark = function() end}
local function read_log()
  local reader = assert(Log.reader(path))
  local n, reason = reader:read(sink)
  reader:close()
  if not n then error(reason, 0) end
  return n
end
kinds.log = {bytes = "step,loss,accuracy\n1,0.5,0.1\n2,0.25,0.2\n\n3,1e-3,\n4,nan,inf\n", read = read_log}
kinds.log_long = {bytes = 'series,step,value\n"a,b",1,0.5\n"a,b",2,0.25\nc,1,7\n', read = read_log}

local function read_csv(given)
  return function() return torch.csv.read(path, given) end
end
local table_text = 'a,b,"c ""d",e\n1,2.5,"x\ny",true\n-3,,z,false\n1e5,nan,"",true\n9,8,7,TRUE'
kinds.csv = {bytes = table_text, read = read_csv()}
kinds.csv_comment = {bytes = "# hi\n" .. table_text .. "# bye\n", read = read_csv {comment = "#", delimiter = ","}}
kinds.csv_matrix = {bytes = "1,2\n3.25,-4e-3\n5,\n", read = read_csv {matrix = true, header = false}}

local FLAT <const> = {"flag", "i8", "i64_or", "word", "word_or", "text", "wide", "money", "flag_or", "f16", "none",
  "stamp"}
local function read_parquet(columns)
  return function() return torch.frame.read_parquet(path, {columns = columns}) end
end
for _, name in ipairs {"snappy", "zstd_v2", "gzip", "plain_v2", "deltas", "int96", "nested"} do
  local plugin = name == "zstd_v2" and "torch.parquet.zstd" or name == "gzip" and "hecate.zlib"
  if not plugin or pcall(require, plugin) then
    local columns = name == "nested" and {"a", "b"} or name ~= "int96" and FLAT or nil
    kinds["parquet_" .. name] = {bytes = read("tests/data/parquet/" .. name .. ".parquet"),
      read = read_parquet(columns)}
  end
end

-- Sound: a signal of two channels as each kind of file; read whole and in chunks.
local function read_sound(name)
  return function()
    local x = torchaudio.load(name, {normalize = false})
    for _ in torchaudio.stream(name, 50) do end
    return x, torchaudio.info(name)
  end
end
if pcall(require, "torchaudio.file") then
  local wave = torch.sin(torch.arange(300):float() / 5):expand({2, 300}) * 0.5
  for _, kind in ipairs {"wav", "flac", "ogg", "opus", "mp3", "aiff", "caf", "au", "w64"} do
    local name = folder .. "/sound." .. kind
    torchaudio.save(name, wave, 16000)
    kinds["sound_" .. kind] = {bytes = read(name), name = name, read = read_sound(name)}
  end
end

local json = require "torch.json"
local function read_json(bytes)
  local ok, result = pcall(json.decode, bytes, json.null) -- raises {offset =, what =}
  if ok then return result end
  error(type(result) == "table" and type(result.offset) == "number" and result.what or result, 0)
end
kinds.json = {read = read_json,
  bytes = '{"a": [1, -2.5e3, true, null, "x\\u00e9\\n"], "b": {"c": {}, "d": [[], [[]]]}}'}

local vision = require "torchvision.io"
require "torch.utils.options".warn = function() end -- of bytes that do not belong into a JPEG
local function read_image() return vision.read_image(path, "RGB_ALPHA", true, {max_pixels = 1 << 22}) end
local pictures = {png = {"rgba", "palette", "l16"}, jpeg = {"rgb", "progressive", "cmyk", "exif6"},
  webp = {"rgba", "rgb"}, gif = {"animation", "transparent"}, tiff = {"raw", "tiff_lzw", "palette", "f32", "jpeg"},
  bmp = {"rgb", "palette"}, pnm = {"rgb", "text", "l16"}}
local endings = {jpeg = {"jpg"}, tiff = {"tif"}, pnm = {"ppm", "pgm"}}
for format, names in pairs(pictures) do
  for _, name in ipairs(pcall(require, "torchvision.io." .. format) and names or {}) do
    for _, ending in ipairs(endings[format] or {format}) do
      local file = io.open(("tests/data/torchvision/images/%s.%s"):format(name, ending), "rb")
      if file then kinds[("%s_%s"):format(format, name)] = {bytes = file:read "a", read = read_image} end
      if file then file:close() end
    end
  end
end

local xml = require "torchvision.datasets.xml"
local function read_xml(bytes)
  local ok, result = pcall(xml.decode, bytes) -- raises {offset =, what =}
  if ok then return result end
  error(type(result) == "table" and type(result.offset) == "number" and result.what or result, 0)
end
kinds.xml = {read = read_xml, bytes = '<?xml version="1.0"?><!-- x --><a b="c"><d>1 &lt; 2</d><e/><![CDATA[<f>]]></a>'}

local archive = require "torchvision.datasets.archive"
os.execute(("cd '%s' && mkdir in && echo 1 > in/x && echo 2 > in/y && tar cf in.tar in && tar czf in.tgz in")
  :format(folder))
for _, ending in ipairs {"tar", "tgz"} do
  if ending == "tar" or pcall(require, "hecate.zlib") then
    kinds[ending] = {bytes = read(("%s/in.%s"):format(folder, ending)), read = function()
      archive.extract("extract", path, folder .. "/out")
    end}
  end
end

dofile "tests/fuzz/texts.lua".add(kinds, path)
dofile "tests/fuzz/tables.lua".add(kinds, folder, path, read)

-- ---- damage ------------------------------------------------------------------------------------------------

local HUGE = {("\xff"):rep(4), ("\xff"):rep(8), "\x7f\xff\xff\xff", "\0\0\0\0", "9999999999999999999", "-1",
  "\0\0\0\0\0\0\0\x80"}
local damages = {
  function(s) -- a byte
    local at = random(#s)
    return s:sub(1, at - 1) .. string.char(random(256) - 1) .. s:sub(at + 1)
  end,
  function(s) -- a bit
    local at = random(#s)
    return s:sub(1, at - 1) .. string.char(s:byte(at) ~ (1 << (random(8) - 1))) .. s:sub(at + 1)
  end,
  function(s) return s:sub(1, random(#s) - 1) end,
  function(s) -- a part taken out
    local a = random(#s)
    return s:sub(1, a - 1) .. s:sub(a + random(16))
  end,
  function(s) -- a part twice
    local a = random(#s)
    local b = a + random(32)
    return s:sub(1, b) .. s:sub(a)
  end,
  function(s) -- a number of a header, or what looks like one
    local at, number = random(#s), HUGE[random(#HUGE)]
    return s:sub(1, at - 1) .. number .. s:sub(at + #number)
  end,
  function(s) return s .. string.char(random(256) - 1):rep(random(40)) end,
}

local function damaged(bytes)
  for _ = 1, random(3) do
    if #bytes > 0 then bytes = damages[random(#damages)](bytes) end
  end
  return bytes
end

-- ---- the run -------------------------------------------------------------------------------------------------

local function fault_of(message)
  if type(message) ~= "string" then return "the message is a " .. type(message) end
  if message:find "\n" then return "more than one line: " .. message end
  if #message > 600 then return "a message of " .. #message .. " bytes" end
  if message:find "attempt to " or message:find "bad argument" then return "shows internals: " .. message end
end

local passed, failed = 0, 0
local function judge(name, number, bytes, kind)
  state = seed * 1000003 + number
  local given = bytes and damaged(bytes) or kind.bytes
  write(given, kind.name)
  local ok, result = pcall(kind.read, given)
  local fault = not ok and fault_of(result) or nil
  if not bytes and not ok then fault = "the right file is refused: " .. tostring(result) end
  if not fault then
    passed = passed + 1
    return
  end
  failed = failed + 1
  print(("%s, seed %d, case %d: %s"):format(name, seed, number, fault))
end

local names = {}
for name in pairs(kinds) do if name:find(PATTERN) then names[#names + 1] = name end end
table.sort(names)
collectgarbage()
local before = torch._C.memory().bytes
for _, name in ipairs(names) do
  judge(name, 0, nil, kinds[name])
  local number, stop = 0, os.time() + (seconds or math.maxinteger // 2)
  while number < times and (number % 16 ~= 0 or os.time() < stop) do
    number = number + 1
    judge(name, number, kinds[name].bytes, kinds[name])
  end
  if seconds then
    print(("%s: %d damaged"):format(name, number))
    io.stdout:flush()
  end
  collectgarbage()
  collectgarbage()
  local left = torch._C.memory().bytes - before
  if left ~= 0 then
    failed = failed + 1
    print(("%s, seed %d: %d bytes of tensors are left"):format(name, seed, left))
  end
end
os.execute("rm -r " .. folder)
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0)
