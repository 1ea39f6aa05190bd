local torch = require "torch"
local options = require "torch.utils.options"
local sound = require "torchaudio.sound"

local PARAMETERS <const> = {{"uri", kind = "string", required = true}, {"frame_offset", kind = "count", default = 0},
  {"num_frames", kind = "integer", default = -1}, {"normalize", kind = "boolean", default = true},
  {"channels_first", kind = "boolean", default = true}}

--- torchaudio.load(uri: path, frame_offset: int = 0, num_frames: int = -1, normalize: bool = true, channels_first:
-- bool = true) -> Tensor, int: The signal (channels×frames) of a file of sound, and its sample rate: WAV, FLAC, Ogg
-- (Vorbis, Opus), MP3, AIFF, AU, CAF, W64, by libsndfile. frame_offset frames are passed over, and num_frames read
-- (-1: all). Numbers are float32 in [-1, 1]; without normalize those of integers stay as they are (uint8, int16,
-- int32). channels_first = false: (frames×channels). A file that is cut off or damaged is an error.
-- Example:
--     local path = os.tmpname() .. ".wav"
--     torchaudio.save(path, torch.zeros(1, 8), 8000)
--     local wave, rate = torchaudio.load(path)
--     os.remove(path)
--     return wave.shape, rate
return function(...)
  local given = options.read("load", PARAMETERS, ...)
  return sound.with("load", given.uri, function(library, file, info)
    local count = sound.range("load", given.uri, given.frame_offset, given.num_frames, info)
    local dtype, bytes = torch.float32, false
    if not given.normalize then dtype, bytes = sound.native(info) end
    if given.frame_offset > 0 then library.seek(file, given.frame_offset) end
    local x, got = sound.read(library, file, info.num_channels, count, dtype, given.channels_first)
    sound.check_end("load", given.uri, info, given.frame_offset, got, count)
    if bytes and dtype == torch.int16 then x = (torch.div(x, 256, {rounding_mode = "floor"}) + 128):to(torch.uint8) end
    return x, info.sample_rate
  end)
end
