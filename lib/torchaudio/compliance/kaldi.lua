--- torchaudio.compliance.kaldi: features as Kaldi computes them. Signals are (channels×time); what is random needs a
-- dither above 0.
local torch = require "torch"
local F = require "torchaudio.functional"
local argument = require "torchaudio.functional.argument"
local banks = require "torchaudio.compliance.banks"
local options = require "torch.utils.options"
local spectrum = require "torch.utils.spectrum"

local kaldi = {}

local WINDOWS <const> = {"hamming", "hanning", "povey", "rectangular", "blackman"}

--- The options, by the order in which PyTorch has them; each function takes those of its list.
local KNOWN <const> = {waveform = argument.tensor "waveform", channel = {"channel", kind = "integer", default = -1},
  num_ceps = argument.positive("num_ceps", 13), num_mel_bins = argument.positive("num_mel_bins", 23),
  window_type = {"window_type", kind = "string", default = "povey"}}
for key, default in pairs {blackman_coeff = 0.42, dither = 0, energy_floor = 1, frame_length = 25, frame_shift = 10,
  min_duration = 0, preemphasis_coefficient = 0.97, sample_frequency = 16000, high_freq = 0, low_freq = 20,
  vtln_high = -500, vtln_low = 100, vtln_warp = 1, cepstral_lifter = 22} do
  KNOWN[key] = argument.number(key, default)
end
for key, default in pairs {raw_energy = true, remove_dc_offset = true, round_to_power_of_two = true, snip_edges = true,
  subtract_mean = false, use_energy = false, htk_compat = false, use_log_fbank = true, use_power = true} do
  KNOWN[key] = {key, kind = "boolean", default = default}
end

local function parameters(names)
  local list = {}
  for name in names:gmatch "%S+" do list[#list + 1] = KNOWN[name] end
  return list
end

local SPECTROGRAM <const> = parameters [[waveform blackman_coeff channel dither energy_floor frame_length frame_shift
  min_duration preemphasis_coefficient raw_energy remove_dc_offset round_to_power_of_two sample_frequency snip_edges
  subtract_mean window_type]]
local FBANK <const> = parameters [[waveform blackman_coeff channel dither energy_floor frame_length frame_shift
  high_freq htk_compat low_freq min_duration num_mel_bins preemphasis_coefficient raw_energy remove_dc_offset
  round_to_power_of_two sample_frequency snip_edges subtract_mean use_energy use_log_fbank use_power vtln_high vtln_low
  vtln_warp window_type]]
local MFCC <const> = parameters [[waveform blackman_coeff cepstral_lifter channel dither energy_floor frame_length
  frame_shift high_freq htk_compat low_freq num_ceps min_duration num_mel_bins preemphasis_coefficient raw_energy
  remove_dc_offset round_to_power_of_two sample_frequency snip_edges subtract_mean use_energy vtln_high vtln_low
  vtln_warp window_type]]

-- ---- frames ------------------------------------------------------------------------------------

--- The samples of the chosen channel. The lengths of frames and of shifts, which `given` has in milliseconds, are added
-- to it in samples.
local function read_signal(name, given)
  local x = given.waveform
  if x.ndim ~= 2 or not torch.is_floating_point(x) then
    options.wrong(name, "waveform", 1, "floats (channels×time)", x)
  end
  local channel = math.max(given.channel, 1)
  if channel > x:size(1) then
    options.wrong(name, "channel", nil, ("a channel from 1 to %d, or -1"):format(x:size(1)), given.channel)
  end
  argument.word(name, "window_type", nil, given.window_type, WINDOWS)
  argument.range(name, "preemphasis_coefficient", nil, given.preemphasis_coefficient, 0, 1)
  local shift = given.sample_frequency * given.frame_shift * 0.001
  local size = given.sample_frequency * given.frame_length * 0.001
  if not (shift >= 1 and shift < 2 ^ 31) then
    options.wrong(name, "frame_shift", nil, "milliseconds that hold a number", given.frame_shift)
  end
  given.shift, given.size = math.tointeger(shift // 1), size < 2 ^ 31 and math.tointeger(size // 1) or 0
  if given.size < 2 or given.size > x:size(2) then
    options.wrong(name, "frame_length", nil, ("milliseconds of 2 to %d numbers"):format(x:size(2)), given.frame_length)
  end
  given.padded = given.size
  if given.round_to_power_of_two then
    given.padded = 1
    while given.padded < given.size do given.padded = given.padded * 2 end
  elseif given.size % 2 == 1 then
    options.wrong(name, "frame_length", nil, "an even number of samples, or round_to_power_of_two", given.frame_length)
  end
  return x[channel]
end

--- Frames (frames×size); without snip_edges the signal goes on as its mirror image at both ends.
local function frames_of(x, given)
  local size, shift, n = given.size, given.shift, x:size(1)
  if given.snip_edges then return x:unfold(1, size, shift) end
  local count, before = (n + shift // 2) // shift, size // 2 - shift // 2
  local mirror = x:flip(1)
  local longer = before > 0 and torch.cat({mirror:narrow(1, n - before + 1, before), x, mirror})
    or torch.cat({x:narrow(1, 1 - before, n + before), mirror})
  return longer:unfold(1, size, shift):narrow(1, 1, count)
end

local function window_of(given, how)
  local n, kind = given.size, given.window_type
  if kind == "rectangular" then return torch.ones(n, how) end
  if kind == "hamming" then return torch.hamming_window(n, false, 0.54, 0.46, how) end
  if kind == "hanning" then return torch.hann_window(n, false, how) end
  if kind == "povey" then return torch.hann_window(n, false, how):pow(0.85) end
  local t = torch.arange(n, how) * (2 * math.pi / (n - 1))
  return given.blackman_coeff - 0.5 * torch.cos(t) + (0.5 - given.blackman_coeff) * torch.cos(2 * t)
end

local EPSILON <const> = 2 ^ -23 -- of float32, whatever the dtype is

local function log_energy(frames, floor)
  local energy = frames:square():sum(2):clamp({min = EPSILON}):log()
  if floor == 0 then return energy end
  return energy:clamp({min = math.log(floor)})
end

--- Frames in their window, with zeros behind, and the logarithms of their energies.
local function windowed(x, given)
  local how = {dtype = x.dtype, device = x.device}
  local frames, energy = frames_of(x, given), nil
  if given.dither ~= 0 then frames = frames + torch.randn(frames.shape, how) * given.dither end
  if given.remove_dc_offset then frames = frames - frames:mean(2, true) end
  if given.raw_energy then energy = log_energy(frames, given.energy_floor) end
  if given.preemphasis_coefficient ~= 0 then
    local before = torch.cat({frames:narrow(2, 1, 1), frames:narrow(2, 1, given.size - 1)}, 2)
    frames = frames - given.preemphasis_coefficient * before
  end
  frames = frames * window_of(given, how)
  if given.padded > given.size then frames = torch.nn.functional.pad(frames, {0, given.padded - given.size}) end
  return frames, energy or log_energy(frames, given.energy_floor)
end

local function less_mean(x, subtract) return subtract and x - x:mean(1, true) or x end

--- Whether the signal is shorter than asked for: there are no features then.
local function too_short(x, given) return x:size(1) < given.min_duration * given.sample_frequency end

-- ---- features ------------------------------------------------------------------------------------

--- torchaudio.compliance.kaldi.spectrogram(waveform: Tensor, blackman_coeff: float = 0.42, channel: int = -1, dither:
-- float = 0, energy_floor: float = 1, frame_length: float = 25, frame_shift: float = 10, min_duration: float = 0,
-- preemphasis_coefficient: float = 0.97, raw_energy: bool = true, remove_dc_offset: bool = true,
-- round_to_power_of_two: bool = true, sample_frequency: float = 16000, snip_edges: bool = true, subtract_mean: bool =
-- false, window_type: string = "povey") -> Tensor: Logarithms of powers (frames×frequencies) of a channel (from 1;
-- -1: the first) of a signal (channels×time); the first of a frame is its energy. Lengths of frames are
-- milliseconds.
-- Example: torchaudio.compliance.kaldi.spectrogram(torch.randn(1, 800)).shape
function kaldi.spectrogram(...)
  local given = options.read("kaldi.spectrogram", SPECTROGRAM, ...)
  local x = read_signal("kaldi.spectrogram", given)
  if too_short(x, given) then return torch.zeros({0}, {dtype = x.dtype, device = x.device}) end
  local frames, energy = windowed(x, given)
  local power = torch.fft.rfft(frames):abs():square():clamp({min = EPSILON}):log()
  power = torch.cat({energy:unsqueeze(2), power:narrow(2, 2, power:size(2) - 1)}, 2)
  return less_mean(power, given.subtract_mean)
end

--- Absolute values of the spectra of frames to a power, summed up with filters (bands×frequencies, the highest left
-- out).
local function bands_of(frames, filters, power)
  local n = frames:size(2)
  local ones = torch.ones(n, {dtype = frames.dtype, device = frames.device})
  if frames:numel() > 0 and spectrum.direct(frames, ones) then
    local weights = torch.nn.functional.pad(filters, {0, 1}):t()
    return torch._C.call("frames_power", frames:reshape(1, -1), ones, n, power, weights):squeeze(1):t()
  end
  local size = torch.fft.rfft(frames):abs()
  return (power == 2 and size:square() or size):narrow(2, 1, n // 2):mm(filters:t())
end

--- The features of fbank, with checked arguments.
local function fbank(name, given)
  local x = read_signal(name, given)
  if too_short(x, given) then return torch.zeros({0}, {dtype = x.dtype, device = x.device}) end
  local filters = banks.filters(name, given):to(x.dtype):to(x.device) -- before anything is computed: it checks
  local frames, energy = windowed(x, given)
  local mels = bands_of(frames, filters, given.use_power and 2 or 1)
  if given.use_log_fbank then mels = mels:clamp({min = EPSILON}):log() end
  return mels, energy:unsqueeze(2)
end

--- torchaudio.compliance.kaldi.fbank(waveform: Tensor, blackman_coeff: float = 0.42, channel: int = -1, dither: float
-- = 0, energy_floor: float = 1, frame_length: float = 25, frame_shift: float = 10, high_freq: float = 0, htk_compat:
-- bool = false, low_freq: float = 20, min_duration: float = 0, num_mel_bins: int = 23, preemphasis_coefficient: float
-- = 0.97, raw_energy: bool = true, remove_dc_offset: bool = true, round_to_power_of_two: bool = true,
-- sample_frequency: float = 16000, snip_edges: bool = true, subtract_mean: bool = false, use_energy: bool = false,
-- use_log_fbank: bool = true, use_power: bool = true, vtln_high: float = -500, vtln_low: float = 100, vtln_warp:
-- float = 1, window_type: string = "povey") -> Tensor: Energies of mel bands (frames×bands) of a signal
-- (channels×time), with the energy of the frame before them, or behind (htk_compat), where use_energy is set.
-- vtln_warp: a factor by which the frequencies are warped.
-- Example: torchaudio.compliance.kaldi.fbank(torch.randn(1, 800)).shape
function kaldi.fbank(...)
  local given = options.read("kaldi.fbank", FBANK, ...)
  local mels, energy = fbank("kaldi.fbank", given)
  if energy and given.use_energy then
    mels = torch.cat(given.htk_compat and {mels, energy} or {energy, mels}, 2)
  end
  return energy and less_mean(mels, given.subtract_mean) or mels
end

--- The matrix (bands×cepstra) of the cosine transform.
local function dct_of(given, like)
  local dct = F.create_dct(given.num_mel_bins, given.num_mel_bins, "ortho"):clone()
  dct:select(2, 1):fill_((1 / given.num_mel_bins) ^ 0.5)
  return dct:narrow(2, 1, given.num_ceps):to(like.dtype):to(like.device)
end

--- torchaudio.compliance.kaldi.mfcc(waveform: Tensor, blackman_coeff: float = 0.42, cepstral_lifter: float = 22,
-- channel: int = -1, dither: float = 0, energy_floor: float = 1, frame_length: float = 25, frame_shift: float = 10,
-- high_freq: float = 0, htk_compat: bool = false, low_freq: float = 20, num_ceps: int = 13, min_duration: float = 0,
-- num_mel_bins: int = 23, preemphasis_coefficient: float = 0.97, raw_energy: bool = true, remove_dc_offset: bool =
-- true, round_to_power_of_two: bool = true, sample_frequency: float = 16000, snip_edges: bool = true, subtract_mean:
-- bool = false, use_energy: bool = false, vtln_high: float = -500, vtln_low: float = 100, vtln_warp: float = 1,
-- window_type: string = "povey") -> Tensor: Cepstra (frames×num_ceps) of the bands of fbank, raised by a sine
-- (cepstral_lifter). use_energy: the first is the energy; htk_compat: it is the last.
-- Example: torchaudio.compliance.kaldi.mfcc(torch.randn(1, 800)).shape
function kaldi.mfcc(...)
  local name = "kaldi.mfcc"
  local given = options.read(name, MFCC, ...)
  if given.num_ceps > given.num_mel_bins then
    options.wrong(name, "num_ceps", nil, ("at most num_mel_bins = %d"):format(given.num_mel_bins), given.num_ceps)
  end
  given.use_log_fbank, given.use_power = true, true
  local mels, energy = fbank(name, given)
  if not energy then return mels end
  local x = mels:mm(dct_of(given, mels))
  if given.cepstral_lifter ~= 0 then
    local i = torch.arange(given.num_ceps, {dtype = torch.float32, device = x.device})
    x = x * (1 + 0.5 * given.cepstral_lifter * torch.sin(math.pi * i / given.cepstral_lifter)):to(x.dtype)
  end
  local first = given.use_energy and energy or x:narrow(2, 1, 1)
  local rest = x:narrow(2, 2, given.num_ceps - 1)
  if given.htk_compat then x = torch.cat({rest, given.use_energy and first or first * 2 ^ 0.5}, 2)
  elseif given.use_energy then x = torch.cat({first, rest}, 2) end
  return less_mean(x, given.subtract_mean)
end

kaldi.get_mel_banks, kaldi.vtln_warp_freq, kaldi.vtln_warp_mel_freq = banks.get_mel_banks, banks.vtln_warp_freq,
  banks.vtln_warp_mel_freq
kaldi.mel_scale, kaldi.inverse_mel_scale = banks.mel_scale, banks.inverse_mel_scale
kaldi.mel_scale_scalar, kaldi.inverse_mel_scale_scalar = banks.mel_scale_scalar, banks.inverse_mel_scale_scalar

return kaldi
