--- Kaldi's mel bands.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"

local banks = {}

--- torchaudio.compliance.kaldi.mel_scale_scalar(freq: float) -> float: The mel of a frequency, by natural logarithms.
-- Example: torchaudio.compliance.kaldi.mel_scale_scalar(1000)
function banks.mel_scale_scalar(...)
  local freq = options.read("kaldi.mel_scale_scalar", {argument.number "freq"}, ...).freq
  return 1127 * math.log(1 + freq / 700)
end

--- torchaudio.compliance.kaldi.inverse_mel_scale_scalar(mel_freq: float) -> float: The frequency of a mel.
-- Example: torchaudio.compliance.kaldi.inverse_mel_scale_scalar(1000)
function banks.inverse_mel_scale_scalar(...)
  local mel = options.read("kaldi.inverse_mel_scale_scalar", {argument.number "mel_freq"}, ...).mel_freq
  return 700 * (math.exp(mel / 1127) - 1)
end

--- torchaudio.compliance.kaldi.mel_scale(freq: Tensor) -> Tensor: The mels of frequencies.
-- Example: torchaudio.compliance.kaldi.mel_scale(torch.tensor({100., 1000}))
function banks.mel_scale(...)
  local freq = options.read("kaldi.mel_scale", {argument.tensor "freq"}, ...).freq
  return 1127 * (1 + argument.wave("kaldi.mel_scale", "freq", 1, freq, 0) / 700):log()
end

--- torchaudio.compliance.kaldi.inverse_mel_scale(mel_freq: Tensor) -> Tensor: The frequencies of mels.
-- Example: torchaudio.compliance.kaldi.inverse_mel_scale(torch.tensor({100., 1000}))
function banks.inverse_mel_scale(...)
  local mel = options.read("kaldi.inverse_mel_scale", {argument.tensor "mel_freq"}, ...).mel_freq
  return 700 * ((argument.wave("kaldi.inverse_mel_scale", "mel_freq", 1, mel, 0) / 1127):exp() - 1)
end

local function check_warp(name, low, high, from, to, warp)
  local l, h = low * math.max(1, warp), high * math.min(1, warp)
  if not (warp > 0 and low > from and high < to and l > from and h < to and l < h) then
    options.raise(("%s: the frequencies do not rise: from %s, warped between %s and %s, to %s"):format(name, from, low,
      high, to))
  end
  return l, h
end

local WARP <const> = {argument.number "vtln_low_cutoff", argument.number "vtln_high_cutoff", argument.number "low_freq",
  argument.number "high_freq", argument.number "vtln_warp_factor"}

local function warped(name, given, freq)
  local from, to = given.low_freq, given.high_freq
  local l, h = check_warp(name, given.vtln_low_cutoff, given.vtln_high_cutoff, from, to, given.vtln_warp_factor)
  local scale = 1 / given.vtln_warp_factor
  local left, right = (scale * l - from) / (l - from), (to - scale * h) / (to - h)
  local y = torch.where(freq:lt(h), freq * scale, to + right * (freq - to))
  y = torch.where(freq:lt(l), from + left * (freq - from), y)
  return torch.where(freq:lt(from):logical_or(freq:gt(to)), freq, y)
end

--- torchaudio.compliance.kaldi.vtln_warp_freq(vtln_low_cutoff: float, vtln_high_cutoff: float, low_freq: float,
-- high_freq: float, vtln_warp_factor: float, freq: Tensor) -> Tensor: Frequencies divided by vtln_warp_factor between
-- the cut-offs, and brought back linearly to low_freq and high_freq outside.
-- Example: torchaudio.compliance.kaldi.vtln_warp_freq(100, 3500, 20, 4000, 1.1, torch.tensor({50., 1000}))
function banks.vtln_warp_freq(...)
  local given = options.read("kaldi.vtln_warp_freq", {WARP[1], WARP[2], WARP[3], WARP[4], WARP[5],
    argument.tensor "freq"}, ...)
  return warped("kaldi.vtln_warp_freq", given, argument.wave("kaldi.vtln_warp_freq", "freq", 6, given.freq, 0))
end

--- torchaudio.compliance.kaldi.vtln_warp_mel_freq(vtln_low_cutoff: float, vtln_high_cutoff: float, low_freq: float,
-- high_freq: float, vtln_warp_factor: float, mel_freq: Tensor) -> Tensor: vtln_warp_freq of mels.
-- Example: torchaudio.compliance.kaldi.vtln_warp_mel_freq(100, 3500, 20, 4000, 1.1, torch.tensor({50., 1000}))
function banks.vtln_warp_mel_freq(...)
  local name = "kaldi.vtln_warp_mel_freq"
  local given = options.read(name, {WARP[1], WARP[2], WARP[3], WARP[4], WARP[5], argument.tensor "mel_freq"}, ...)
  local mel = argument.wave(name, "mel_freq", 6, given.mel_freq, 0)
  return banks.mel_scale(warped(name, given, banks.inverse_mel_scale(mel)))
end

--- What get_mel_banks checks; the edges of the bands.
local function check_band(name, given)
  local nyquist = 0.5 * given.sample_freq
  if not (nyquist > 0 and nyquist < math.huge) then
    options.wrong(name, "sample_frequency", nil, "a positive number", given.sample_freq)
  end
  local low, high = given.low_freq, given.high_freq
  if high <= 0 then high = high + nyquist end
  if not (low >= 0 and low < high and high <= nyquist) then
    options.raise(("%s: expected low_freq from 0 on, below high_freq, at most %s; got %s and %s"):format(name, nyquist,
      low, high))
  end
  if given.num_bins < 4 then options.wrong(name, "num_mel_bins", nil, "4 or more", given.num_bins) end
  return low, high, nyquist
end

local function mel_banks(name, given)
  local low, high, nyquist = check_band(name, given)
  local first, last = banks.mel_scale_scalar(low), banks.mel_scale_scalar(high)
  local step, warp = (last - first) / (given.num_bins + 1), given.vtln_warp_factor
  local bin = torch.arange(given.num_bins, {dtype = torch.float32}):unsqueeze(2)
  local left, center, right = first + bin * step, first + (bin + 1) * step, first + (bin + 2) * step
  if warp ~= 1 then
    local vtln_high = given.vtln_high < 0 and given.vtln_high + nyquist or given.vtln_high
    local function warp_mel(mel) return banks.vtln_warp_mel_freq(given.vtln_low, vtln_high, low, high, warp, mel) end
    left, center, right = warp_mel(left), warp_mel(center), warp_mel(right)
  end
  local width = given.sample_freq / given.window_length_padded
  local mel = banks.mel_scale(width * torch.arange(given.window_length_padded // 2, {dtype = torch.float32}))
  local up = (mel - left) / (center - left)
  local down = (right - mel) / (right - center)
  return up:minimum(down):clamp({min = 0}), banks.inverse_mel_scale(center)
end

--- torchaudio.compliance.kaldi.get_mel_banks(num_bins: int, window_length_padded: int, sample_freq: float,
-- low_freq: float, high_freq: float, vtln_low: float, vtln_high: float, vtln_warp_factor: float) -> Tensor, Tensor:
-- Triangular filters (bands×frequencies, without the highest), and the frequencies in their middles (bands×1).
-- Example: torchaudio.compliance.kaldi.get_mel_banks(4, 16, 8000, 20, 0, 100, -500, 1)
function banks.get_mel_banks(...)
  local name = "kaldi.get_mel_banks"
  local given = options.read(name, {argument.positive "num_bins", argument.positive "window_length_padded",
    argument.number "sample_freq", argument.number "low_freq", argument.number "high_freq", argument.number "vtln_low",
    argument.number "vtln_high", argument.number "vtln_warp_factor"}, ...)
  options.room(name, {given.num_bins, given.window_length_padded})
  return mel_banks(name, given)
end

--- The filters for the options of fbank.
function banks.filters(name, given)
  options.room(name, {given.num_mel_bins, given.padded})
  return (mel_banks(name, {num_bins = given.num_mel_bins, window_length_padded = given.padded,
    sample_freq = given.sample_frequency, low_freq = given.low_freq, high_freq = given.high_freq,
    vtln_low = given.vtln_low, vtln_high = given.vtln_high, vtln_warp_factor = given.vtln_warp}))
end

return banks
