--- Features of signals and spectrograms: slopes, means, pitches, loudness.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local filters = require "torchaudio.functional.filters"
local options = require "torch.utils.options"

local features = {}

--- torchaudio.functional.compute_deltas(specgram: Tensor, win_length: int = 5, mode: string = "replicate") -> Tensor:
-- The slopes of a spectrogram (…×time) along time, by regression over win_length frames; beyond both ends it goes
-- on as `mode` says (nn.functional.pad).
-- Example: torchaudio.functional.compute_deltas(torch.arange(6):float():reshape(1, 6))
function features.compute_deltas(...)
  local given = options.read("compute_deltas", {argument.tensor "specgram", argument.positive("win_length", 5),
    {"mode", kind = "string", default = "replicate"}}, ...)
  local x = argument.wave("compute_deltas", "specgram", 1, given.specgram)
  if given.win_length < 3 then options.wrong("compute_deltas", "win_length", 2, "3 or more", given.win_length) end
  local n = (given.win_length - 1) // 2
  local rows = x:reshape(-1, 1, x:size(-1))
  rows = torch.nn.functional.pad(rows, {n, n}, given.mode)
  local kernel = torch.arange(-n, n + 1, {dtype = x.dtype, device = x.device}):reshape(1, 1, -1)
  return (torch.nn.functional.conv1d(rows, kernel) / (n * (n + 1) * (2 * n + 1) / 3)):reshape(x.shape)
end

--- The windows of sliding_window_cmn: for each frame the number of the frames before its window, and of those up to
-- its end.
local function cmn_windows(frames, given)
  local from, to = {}, {}
  for t = 0, frames - 1 do
    local first = given.center and t - given.cmn_window // 2 or t - given.cmn_window
    local last = given.center and first + given.cmn_window or t + 1
    if first < 0 then first, last = 0, last - first end
    if not given.center and last > t then last = math.max(t + 1, given.min_cmn_window) end
    if last > frames then first, last = math.max(first - (last - frames), 0), frames end
    from[t + 1], to[t + 1] = first, last
  end
  return from, to
end

--- torchaudio.functional.sliding_window_cmn(specgram: Tensor, cmn_window: int = 600, min_cmn_window: int = 100,
-- center: bool = false, norm_vars: bool = false) -> Tensor: Features (…×frames×features) less their means over
-- the cmn_window frames before each, or around it (center). At the beginning a window has min_cmn_window frames.
-- norm_vars: also divided by the standard deviation.
-- Example: torchaudio.functional.sliding_window_cmn(torch.arange(4):float():reshape(4, 1), 2, 1)
function features.sliding_window_cmn(...)
  local given = options.read("sliding_window_cmn", {argument.tensor "specgram", argument.positive("cmn_window", 600),
    argument.positive("min_cmn_window", 100), {"center", kind = "boolean", default = false},
    {"norm_vars", kind = "boolean", default = false}}, ...)
  local whole = argument.wave("sliding_window_cmn", "specgram", 1, given.specgram, 2)
  local x, restore = argument.flat(whole, 2)
  local frames = x:size(2)
  if x:numel() == 0 then return whole end
  local from, to = cmn_windows(frames, given)
  local function positions(list) return torch.tensor(list, {dtype = torch.int64, device = x.device}) + 1 end
  local first, last = positions(from), positions(to)
  local count = (last - first):double():reshape(1, -1, 1)
  local function sums(y) -- over each window
    local running = torch.cat({y:new_zeros({y:size(1), 1, y:size(3)}), y:cumsum(2)}, 2)
    return running:index_select(2, last) - running:index_select(2, first)
  end
  local wide = x:double()
  local mean = sums(wide) / count
  local y = wide - mean
  if given.norm_vars then
    local variance = sums(wide:square()) / count - mean:square()
    y = torch.where(count:eq(1), torch.zeros_like(y), y * variance:pow(-0.5))
  end
  return restore(y:to(x.dtype))
end

-- ---- pitch -------------------------------------------------------------------------------------

--- The normalised cross-correlation of each frame with those `lag` numbers later: (B×frames×lags).
local function correlations(x, rate, frame_time, low)
  local lags, size = math.ceil(rate / low), math.ceil(rate * frame_time)
  local frames = math.ceil(x:size(2) / size)
  x = torch.nn.functional.pad(x, {0, lags + frames * size - x:size(2)})
  local first = x:narrow(2, 1, frames * size):reshape(-1, frames, size)
  local norm = (first:norm(2, -1) + 1e-9):square()
  local list = {}
  for lag = 1, lags do
    local later = x:narrow(2, lag + 1, frames * size):reshape(-1, frames, size)
    list[lag] = (first * later):sum(-1) / norm / (later:norm(2, -1) + 1e-9):square()
  end
  return torch.stack(list, -1)
end

--- The lag of each frame's best correlation; one of the shorter half where it is nearly as good.
local function best_lags(nccf, rate, high)
  local least, lags = math.ceil(rate / high), nccf:size(3)
  local value, at = nccf:narrow(3, least + 1, lags - least):max(3)
  local half_value, half_at = nccf:narrow(3, least + 1, lags // 2 - least):max(3)
  return torch.where(half_value:gt(value * 0.99), half_at, at) + least
end

local function check_pitch(name, given)
  local rate = given.sample_rate
  local least, lags = math.ceil(rate / given.freq_high), math.ceil(rate / given.freq_low)
  if lags // 2 <= least then
    options.wrong(name, "freq_high", 6, "a frequency above twice freq_low, and a rate that has them", given.freq_high)
  end
  if not (given.frame_time > 0 and rate * given.frame_time < 2 ^ 31) then
    options.wrong(name, "frame_time", 3, "a positive number of seconds", given.frame_time)
  end
  local frames = math.ceil(given.waveform:size(-1) / math.ceil(rate * given.frame_time))
  local pad = (given.win_length - 1) // 2
  if frames < 1 or frames + pad < given.win_length then
    options.wrong(name, "waveform", 1, ("at least %d frames for the median of win_length = %d"):format(
      given.win_length - pad, given.win_length), given.waveform)
  end
end

--- torchaudio.functional.detect_pitch_frequency(waveform: Tensor, sample_rate: int, frame_time: float = 0.01,
-- win_length: int = 30, freq_low: int = 85, freq_high: int = 3400) -> Tensor: The pitch of signals (…×time) in
-- each frame of frame_time seconds, between both frequencies: by the lag of the best correlation, with a median over
-- win_length frames; (…×frames).
-- Example:
--     local t = torch.arange(4000) / 8000
--     return torchaudio.functional.detect_pitch_frequency(torch.sin(2 * math.pi * 200 * t), 8000).shape
function features.detect_pitch_frequency(...)
  local name = "detect_pitch_frequency"
  local given = options.read(name, {argument.tensor "waveform", argument.positive "sample_rate",
    argument.number("frame_time", 0.01), argument.positive("win_length", 30), argument.positive("freq_low", 85),
    argument.positive("freq_high", 3400)}, ...)
  local x, restore = argument.flat(argument.wave(name, "waveform", 1, given.waveform), 1)
  check_pitch(name, given)
  local lags = best_lags(correlations(x, given.sample_rate, given.frame_time, given.freq_low), given.sample_rate,
    given.freq_high)
  local pad = (given.win_length - 1) // 2
  if pad > 0 then lags = torch.cat({lags:narrow(2, 1, 1):expand({lags:size(1), pad}), lags}, 2) end
  local median = lags:unfold(2, given.win_length, 1):median(-1)
  return restore(given.sample_rate / (1e-9 + median:float()))
end

-- ---- loudness ----------------------------------------------------------------------------------

--- The weighted energy of the channels (…×channels×blocks), meaned over the blocks of the gate (…×blocks).
local function gated(energy, gate, weights)
  gate = gate:unsqueeze(-2)
  local mean = (gate:to(energy.dtype) * energy):sum(-1) / gate:sum(-1)
  return (weights * mean):sum(-1)
end

--- torchaudio.functional.loudness(waveform: Tensor, sample_rate: int) -> Tensor: The loudness in LKFS of a signal of
-- at most 5 channels (…×channels×time), as ITU-R BS.1770-4 defines it.
-- Example: torchaudio.functional.loudness(torch.sin(torch.arange(8000) / 3):unsqueeze(1), 8000).shape
function features.loudness(...)
  local given = options.read("loudness", {argument.tensor "waveform", argument.positive "sample_rate"}, ...)
  local x, rate = argument.wave("loudness", "waveform", 1, given.waveform, 2), given.sample_rate
  if x:size(-2) > 5 or x:size(-2) < 1 then options.wrong("loudness", "waveform", 1, "1 to 5 channels", x) end
  local size = math.tointeger((0.4 * rate + 0.5) // 1)
  local step = math.tointeger((size * 0.25 + 0.5) // 1)
  if x:size(-1) < size or step < 1 then
    options.wrong("loudness", "waveform", 1, ("at least 0.4 seconds, %d numbers"):format(size), x)
  end
  x = filters.treble_biquad(x, rate, 4, 1500, 2 ^ -0.5)
  x = filters.highpass_biquad(x, rate, 38, 0.5)
  local energy = x:square():unfold(-1, size, step):mean(-1)
  local weights = torch.tensor({1, 1, 1, 1.41, 1.41}, {dtype = x.dtype, device = x.device}):narrow(1, 1, x:size(-2))
  local loudness = -0.691 + 10 * (weights:unsqueeze(2) * energy):sum(-2):log10()
  local gate = loudness:gt(-70)
  local relative = -0.691 + 10 * gated(energy, gate, weights):log10() - 10
  gate = gate:logical_and(loudness:gt(relative:unsqueeze(-1)))
  return -0.691 + 10 * gated(energy, gate, weights):log10()
end

return features
