local torch = require "torch"
local options = require "torch.utils.options"
local sound = require "torchaudio.sound"

local PARAMETERS <const> = {{"uri", kind = "string", required = true}, {"src", kind = "tensor", required = true},
  {"sample_rate", kind = "positive", required = true}, {"channels_first", kind = "boolean", default = true},
  {"format", kind = "string"}, {"encoding", kind = "string"}, {"bits_per_sample", kind = "positive"},
  {"compression", kind = "number"}}

local FORMATS <const> = {"wav", "flac", "ogg", "vorbis", "opus", "mp3", "aiff", "aif", "au", "caf", "w64", "sph"}
-- Formats that keep numbers as they are: by the dtype of the signal, encoding and bits.
local PLAIN <const> = {wav = true, aiff = true, aif = true, au = true, caf = true, w64 = true}
local BY_DTYPE <const> = {float32 = {"PCM_F", 32}, float64 = {"PCM_F", 64}, int16 = {"PCM_S", 16},
  int32 = {"PCM_S", 32}, uint8 = {"PCM_U", 8}}

local function known(list, value)
  for _, name in ipairs(list) do
    if name == value then return true end
  end
end

local function check_format(given)
  local format = given.format or given.uri:match "%.(%w+)$" or ""
  format = format:lower()
  if known(FORMATS, format) then return format end
  local place = given.format and "'format' (argument 5)" or "'uri' (argument 1)"
  options.raise(("save: %s: expected one of %s, got '%s'"):format(place, table.concat(FORMATS, ", "), format))
end

--- (frames×channels) in memory of the host, of a dtype that libsndfile takes; and the name of the dtype it had.
local function samples(given)
  local x = given.src
  if x.ndim == 1 then x = x:unsqueeze(given.channels_first and 1 or 2) end
  if x.ndim ~= 2 then options.wrong("save", "src", 2, "(channels×frames)", given.src) end
  local name = tostring(x.dtype):gsub("^torch%.", "")
  if not BY_DTYPE[name] and not torch.is_floating_point(x) then
    options.wrong("save", "src", 2, "floats, uint8, int16 or int32", given.src)
  end
  if given.channels_first then x = x:t() end
  if x:size(2) < 1 or x:size(2) > 1024 then options.wrong("save", "src", 2, "1 to 1024 channels", given.src) end
  x = x:detach():cpu()
  if name == "uint8" then x = ((x:to(torch.int16) - 128) * 256):to(torch.int16)
  elseif not BY_DTYPE[name] then x, name = x:float(), "float32" end
  return x:contiguous(), name
end

--- torchaudio.save(uri: path, src: Tensor, sample_rate: int, channels_first: bool = true, format: string|nil = nil,
-- encoding: string|nil = nil, bits_per_sample: int|nil = nil, compression: float|nil = nil): Writes a signal
-- (channels×frames) as a file of sound: "wav", "flac", "ogg" (Vorbis), "opus", "mp3", "aiff", "au", "caf" or "w64",
-- by `format` or the end of the name. Floats lie in [-1, 1]; what is beyond is cut. encoding: "PCM_S", "PCM_U",
-- "PCM_F", "ULAW", "ALAW", …; without it and bits_per_sample a WAV file keeps the dtype, as do AIFF, AU, CAF and
-- W64. compression: from 0 (least) to 1. The file is written beside and renamed.
-- Example:
--     local path = os.tmpname() .. ".flac"
--     torchaudio.save(path, torch.zeros(2, 100), 44100)
--     local info = torchaudio.info(path)
--     os.remove(path)
--     return info.num_channels, info.encoding
return function(...)
  local given = options.read("save", PARAMETERS, ...)
  local format = check_format(given)
  local x, dtype = samples(given)
  local encoding, bits = given.encoding, given.bits_per_sample
  if not encoding and not bits and PLAIN[format] then encoding, bits = table.unpack(BY_DTYPE[dtype]) end
  if format == "flac" and not bits then bits = dtype == "int32" and 24 or 16 end
  if given.compression and not (given.compression >= 0 and given.compression <= 1) then
    options.wrong("save", "compression", 8, "a number from 0 to 1", given.compression)
  end
  local library = require "torchaudio.file"
  local new <close> = torch._C.replacement(given.uri, "save")
  local beside = new:path()
  local ok, reason = options.try(library.write, beside, x, given.sample_rate, format, encoding or "", bits or 0,
    given.compression)
  if ok then return new:place() end
  sound.fail("save", given.uri, (tostring(reason):gsub(beside:gsub("%p", "%%%0"), (given.uri:gsub("%%", "%%%%")))))
end
