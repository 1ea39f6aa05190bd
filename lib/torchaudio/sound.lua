--- Files of sound: what load, save, info and stream share. The plug-in torchaudio.file reads and writes them.
local torch = require "torch"
local options = require "torch.utils.options"

local sound = {}

--- What a message of libsndfile or of the plug-in says, without places in files of Hecate.
local function words(message) return (tostring(message):gsub("^[^\n]-%.lua:%d+: ", ""):gsub("%s+$", "")) end

function sound.fail(who, path, message)
  options.raise(("%s: %s: %s"):format(who, (path:gsub("%c", "?")), words(message)))
end

--- A file of the name "-" is one too, not the standard input.
local function name_of(path) return path == "-" and "./-" or path end

--- The bytes of a file that is cut off: how many it says it has, and how many there are; nil where it is whole.
-- Programs that write into a pipe do not know the length, and say the largest one.
local function missing(library, file)
  local claimed, found = library.log(file):match "data : (%d+) %(should be (%d+)%)"
  claimed, found = tonumber(claimed), tonumber(found)
  if claimed and found < claimed and claimed < 0x7FFFF000 then return claimed, found end
end

--- The open file and what is in it; raises with the name of the function and of the file.
function sound.open(who, path)
  local library = require "torchaudio.file"
  torch._C.open_file(path, who):close() -- says what is no regular file
  local ok, file = pcall(library.open, name_of(path))
  if not ok then sound.fail(who, path, file) end
  local claimed, found = missing(library, file)
  if claimed then
    library.close(file)
    sound.fail(who, path, ("cut off: the header says %d bytes of sound, and there are %d"):format(claimed, found))
  end
  return file, library.describe(file), library
end

--- The dtype of the numbers as they are in the file, and whether they are bytes.
function sound.native(info)
  local bits, kind = info.bits_per_sample, info.encoding
  if kind ~= "PCM_S" and kind ~= "PCM_U" and kind ~= "FLAC" and kind ~= "ALAC" then
    return bits == 64 and torch.float64 or torch.float32, false
  end
  return bits > 16 and torch.int32 or torch.int16, kind == "PCM_U"
end

local MOST <const> = 1 << 26 -- numbers that are read at once: a header may lie

--- At most `count` frames from where the file stands: fewer where it ends. In portions where there are many.
function sound.read(library, file, channels, count, dtype, channels_first)
  local portion = math.max(1, MOST // channels)
  if count <= portion then
    local x, n = library.read(file, count, dtype, channels_first)
    return n < count and x:narrow(channels_first and 2 or 1, 1, n):clone() or x, n
  end
  local parts, total = {}, 0
  while total < count do
    local x, n = library.read(file, math.min(portion, count - total), dtype, channels_first)
    total = total + n
    parts[#parts + 1] = x:narrow(channels_first and 2 or 1, 1, n)
    if n < portion then break end
  end
  return torch.cat(parts, channels_first and 2 or 1), total
end

--- How many frames there are from `offset` on, at most `count` (-1: all); raises where the file is shorter.
function sound.range(who, path, offset, count, info)
  if count < -1 or count == 0 then options.wrong(who, "num_frames", nil, "a positive integer, or -1 for all", count) end
  if offset > info.num_frames then
    sound.fail(who, path, ("frame_offset = %d is behind the end: there are %d frames"):format(offset, info.num_frames))
  end
  local left = info.num_frames - offset
  return count == -1 and left or math.min(count, left)
end

--- Whether fewer frames than the header says are told as damage: those of MP3 are an estimate.
function sound.check_end(who, path, info, at, got, wanted)
  if got < wanted and info.format ~= "mp3" then
    sound.fail(who, path, ("damaged or cut off at frame %d of %d"):format(at + got, info.num_frames))
  end
end

--- Runs f(library, file, info) and closes the file.
function sound.with(who, path, f)
  local file, info, library = sound.open(who, path)
  local results = table.pack(options.try(f, library, file, info))
  pcall(library.close, file)
  if results[1] then return table.unpack(results, 2, results.n) end
  local message = words(results[2])
  if message:find(who .. ": ", 1, true) then error(results[2], 0) end
  sound.fail(who, path, message)
end

return sound
