--- Filters with fixed curves: of records and of early compact discs; emphasis of high frequencies.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local filters = require "torchaudio.functional.filters"
local options = require "torch.utils.options"

local phono = {}

local READ <const> = {argument.tensor "waveform", argument.positive "sample_rate"}

-- Frequency, slope and gain of the shelf, by rate.
local EMPHASIS <const> = {[44100] = {5283, 0.4845, -9.477}, [48000] = {5356, 0.479, -9.62}}

--- torchaudio.functional.deemph_biquad(waveform: Tensor, sample_rate: int) -> Tensor: Signals (…×time) of compact
-- discs without the emphasis of ISO 908; sample_rate is 44100 or 48000.
-- Example: torchaudio.functional.deemph_biquad(torch.randn(1, 5), 44100).shape
function phono.deemph_biquad(...)
  local given = options.read("deemph_biquad", READ, ...)
  local shelf = EMPHASIS[given.sample_rate]
  if not shelf then options.wrong("deemph_biquad", "sample_rate", 2, "44100 or 48000", given.sample_rate) end
  local frequency, slope, gain = table.unpack(shelf)
  local w, A = 2 * math.pi * frequency / given.sample_rate, math.exp(gain / 40 * math.log(10))
  local alpha = math.sin(w) / 2 * ((A + 1 / A) * (1 / slope - 1) + 2) ^ 0.5
  local root, low, high = 2 * A ^ 0.5 * alpha, (A - 1) * math.cos(w), (A + 1) * math.cos(w)
  return filters.biquad(given.waveform, A * (A + 1 + low + root), -2 * A * (A - 1 + high), A * (A + 1 + low - root),
    A + 1 - low + root, 2 * (A - 1 - high), A + 1 - low - root)
end

-- Two zeros and two poles by rate.
local RIAA <const> = {[44100] = {-0.2014898, 0.9233820, 0.7083149, 0.9924091},
  [48000] = {-0.1766069, 0.9321590, 0.7396325, 0.9931330}, [88200] = {-0.1168735, 0.9648312, 0.8590646, 0.9964002},
  [96000] = {-0.1141486, 0.9676817, 0.8699137, 0.9966946}}

--- torchaudio.functional.riaa_biquad(waveform: Tensor, sample_rate: int) -> Tensor: Signals (…×time) of records,
-- equalised by the curve of the RIAA; sample_rate is 44100, 48000, 88200 or 96000.
-- Example: torchaudio.functional.riaa_biquad(torch.randn(1, 5), 44100).shape
function phono.riaa_biquad(...)
  local given = options.read("riaa_biquad", READ, ...)
  local curve = RIAA[given.sample_rate]
  if not curve then
    options.wrong("riaa_biquad", "sample_rate", 2, "44100, 48000, 88200 or 96000", given.sample_rate)
  end
  local b1, b2 = -(curve[1] + curve[2]), curve[1] * curve[2]
  local a1, a2 = -(curve[3] + curve[4]), curve[3] * curve[4]
  local y = 2 * math.pi * 1000 / given.sample_rate -- the gain is 1 at 1000 Hz
  local function size(c1, c2)
    return ((1 + c1 * math.cos(y) + c2 * math.cos(2 * y)) ^ 2 + (c1 * math.sin(y) + c2 * math.sin(2 * y)) ^ 2) ^ 0.5
  end
  local g = size(a1, a2) / size(b1, b2)
  return filters.biquad(given.waveform, g, b1 * g, b2 * g, 1, a1, a2)
end

local COEFFICIENT <const> = {argument.tensor "waveform", argument.number("coeff", 0.97)}

--- torchaudio.functional.preemphasis(waveform: Tensor, coeff: float = 0.97) -> Tensor: x(t) - coeff x(t - 1) of
-- signals (…×time); the first number stays.
-- Example: torchaudio.functional.preemphasis(torch.ones(4), 0.5)
function phono.preemphasis(...)
  local given = options.read("preemphasis", COEFFICIENT, ...)
  local x = argument.wave("preemphasis", "waveform", 1, given.waveform)
  local n = x:size(-1)
  if n < 2 then return x:clone() end
  return torch.cat({x:narrow(-1, 1, 1), x:narrow(-1, 2, n - 1) - x:narrow(-1, 1, n - 1) * given.coeff}, -1)
end

--- torchaudio.functional.deemphasis(waveform: Tensor, coeff: float = 0.97) -> Tensor: The signals (…×time) of
-- which preemphasis gives `waveform`, kept in [-1, 1].
-- Example: torchaudio.functional.deemphasis(torch.tensor({1, 0.5, 0.5}), 0.5)
function phono.deemphasis(...)
  local given = options.read("deemphasis", COEFFICIENT, ...)
  local x = argument.wave("deemphasis", "waveform", 1, given.waveform)
  local function pair(first, second) return torch.tensor({first, second}, {dtype = x.dtype, device = x.device}) end
  return filters.lfilter(x, pair(1, -given.coeff), pair(1, 0))
end

return phono
