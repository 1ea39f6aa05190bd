local torch = require "torch"
local options = require "torch.utils.options"
local sound = require "torchaudio.sound"

local PARAMETERS <const> = {{"uri", kind = "string", required = true},
  {"frames", kind = "positive", default = 65536}, {"frame_offset", kind = "count", default = 0},
  {"num_frames", kind = "integer", default = -1}, {"channels_first", kind = "boolean", default = true}}

--- torchaudio.stream(uri: path, frames: int = 65536, frame_offset: int = 0, num_frames: int = -1, channels_first:
-- bool = true) -> function: For a loop over a file of sound: signals (channels×frames) of `frames` frames each, the
-- last one may be shorter; and the sample rate. Only one is in memory at a time. The file is closed when the loop
-- ends.
-- Example:
--     local path = os.tmpname() .. ".wav"
--     torchaudio.save(path, torch.zeros(1, 10), 8000)
--     for chunk, rate in torchaudio.stream(path, 4) do print(chunk.shape, rate) end
--     os.remove(path)
return function(...)
  local given = options.read("stream", PARAMETERS, ...)
  local path, file, info, library = given.uri, sound.open("stream", given.uri)
  local ok, left = options.try(sound.range, "stream", path, given.frame_offset, given.num_frames, info)
  if ok and given.frame_offset > 0 then
    local reason
    ok, reason = pcall(library.seek, file, given.frame_offset)
    if not ok then left = reason end
  end
  if not ok then
    library.close(file)
    options.raise((tostring(left):gsub("^[^\n]-%.lua:%d+: ", "")))
  end
  local at = given.frame_offset
  local function step()
    if left <= 0 then return nil end
    local wanted = math.min(given.frames, left)
    local good, x, got = options.try(sound.read, library, file, info.num_channels, wanted, torch.float32,
      given.channels_first)
    if not good then sound.fail("stream", path, x) end
    sound.check_end("stream", path, info, at, got, wanted)
    at, left = at + got, got < wanted and 0 or left - got
    if got > 0 then return x, info.sample_rate end
  end
  return step, nil, nil, setmetatable({}, {__close = function() library.close(file) end})
end
