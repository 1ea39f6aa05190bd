local options = require "torch.utils.options"
local sound = require "torchaudio.sound"

local FIELDS <const> = {"sample_rate", "num_frames", "num_channels", "bits_per_sample", "encoding"}
local meta = {__name = "torchaudio.AudioMetaData"}
function meta:__tostring()
  local list = {}
  for i, key in ipairs(FIELDS) do list[i] = ("%s=%s"):format(key, self[key]) end
  return "AudioMetaData(" .. table.concat(list, ", ") .. ")"
end

--- torchaudio.info(uri: path) -> table: What a file of sound says of itself: sample_rate, num_frames, num_channels,
-- bits_per_sample (0 where there is no such number), encoding ("PCM_S", "PCM_U", "PCM_F", "FLAC", "ULAW", "VORBIS",
-- …) and format ("wav", "flac", "ogg", …).
-- Example:
--     local path = os.tmpname() .. ".wav"
--     torchaudio.save(path, torch.zeros(1, 8), 8000, {bits_per_sample = 16, encoding = "PCM_S"})
--     local info = torchaudio.info(path)
--     os.remove(path)
--     return info
return function(...)
  local given = options.read("info", {{"uri", kind = "string", required = true}}, ...)
  return setmetatable(sound.with("info", given.uri, function(_, _, info) return info end), meta)
end
