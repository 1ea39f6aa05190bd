--- Spectra of signals, and signals of spectra.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"
local spectrum = require "torch.utils.spectrum"

local spectra = {}

--- Whether the spectrum is divided by √n_fft, and whether by the 2-norm of the window.
local function norms(name, normalized)
  if normalized == true or normalized == "window" then return false, true end
  if normalized == false then return false, false end
  if normalized == "frame_length" then return true, false end
  options.wrong(name, "normalized", nil, "true, false, \"window\" or \"frame_length\"", normalized)
end

--- The options of a transform of frames.
local FRAMES <const> = {{"window", kind = "tensor", required = true}, argument.positive "n_fft",
  argument.positive "hop_length", argument.positive "win_length"}

local SPECTROGRAM <const> = {argument.tensor "waveform", {"pad", kind = "count", required = true}, FRAMES[1],
  FRAMES[2], FRAMES[3], FRAMES[4], {"power", kind = "number", off = true}, {"normalized", default = false},
  {"center", kind = "boolean", default = true}, {"pad_mode", kind = "string", default = "reflect"},
  {"onesided", kind = "boolean", default = true}}

--- Signals (B×L) with what `pad` and `center` put at both ends.
local function padded(x, given)
  local F = torch.nn.functional
  if given.pad > 0 then x = F.pad(x, {given.pad, given.pad}) end
  if not given.center then return x end
  local half = given.n_fft // 2
  return F.pad(x:unsqueeze(2), {half, half}, given.pad_mode):squeeze(2)
end

--- Whether the frames may go through in one pass.
local function direct(x, given, window) return given.onesided and spectrum.direct(x, window) end

--- Powers of the spectra of signals (B×L), or (filters given) their sums with weights; in one pass.
local function power_directly(x, given, window, filters)
  local frame_norm, window_norm = norms("spectrogram", given.normalized)
  if window_norm then window = window / window:square():sum():sqrt() end
  if frame_norm then window = window / given.n_fft ^ 0.5 end
  local centred = padded(x, given)
  if centred:size(2) < given.n_fft then
    options.wrong("spectrogram", "n_fft", nil, ("at most %d, the length of the signal"):format(centred:size(2)),
      given.n_fft)
  end
  return torch._C.call("frames_power", centred, window:detach(), given.hop_length, given.power, filters)
end

local function check_spectrogram(given)
  argument.wave("spectrogram", "waveform", 1, given.waveform)
  if given.power == false then given.power = nil end
  norms("spectrogram", given.normalized)
  if given.win_length > given.n_fft then
    options.wrong("spectrogram", "win_length", 6, ("at most n_fft = %d"):format(given.n_fft), given.win_length)
  end
  if given.window.ndim ~= 1 or given.window:size(1) ~= given.win_length then
    options.wrong("spectrogram", "window", 3, ("a vector of %d elements"):format(given.win_length), given.window)
  end
  return spectrum.window("spectrogram", {input = given.waveform, n_fft = given.n_fft, hop_length = given.hop_length,
    win_length = given.win_length, window = given.window}, given.waveform.dtype)
end

--- The spectrogram with checked arguments: complex where given.power is nil.
local function spectrogram(given)
  local window = check_spectrogram(given)
  local x, restore = argument.flat(given.waveform, 1)
  if given.power and direct(x, given, window) then return restore(power_directly(x, given, window)) end
  if given.pad > 0 then x = torch.nn.functional.pad(x, {given.pad, given.pad}) end
  local frame_norm, window_norm = norms("spectrogram", given.normalized)
  local y = restore(torch.stft(x, given.n_fft, given.hop_length, given.win_length, given.window,
    {center = given.center, pad_mode = given.pad_mode, normalized = frame_norm, onesided = given.onesided}))
  if window_norm then y = y / given.window:square():sum():sqrt() end
  if given.power == nil then return y end
  return given.power == 1 and y:abs() or y:abs():pow(given.power)
end

--- Of transforms: the spectrogram with options by name, whose frequencies are summed up with `filters`
-- (frequencies×bands).
function spectra.filtered(given, filters)
  local window = check_spectrogram(given)
  if given.power and filters.dtype == given.waveform.dtype and direct(given.waveform, given, window)
    and not filters.requires_grad then
    local x, restore = argument.flat(given.waveform, 1)
    return restore(power_directly(x, given, window, filters))
  end
  return torch.matmul(spectrogram(given):transpose(-1, -2), filters):transpose(-1, -2)
end
spectra.checked_spectrogram = spectrogram

local public = {}
spectra.public = public

--- torchaudio.functional.spectrogram(waveform: Tensor, pad: int, window: Tensor, n_fft: int, hop_length: int,
-- win_length: int, power: float|nil = nil, normalized: bool|string = false, center: bool = true,
-- pad_mode: string = "reflect", onesided: bool = true) -> Tensor: Spectra of the frames of signals (…×time):
-- (…×frequencies×frames), their absolute values to `power`, or complex without power. pad: zeros at both ends.
-- normalized: true or "window" divides by the 2-norm of the window, "frame_length" by √n_fft. center, pad_mode and
-- onesided as in torch.stft.
-- Example: torchaudio.functional.spectrogram(torch.ones(1, 8), 0, torch.ones(4), 4, 2, 4, 2)
function public.spectrogram(...) return spectrogram(options.read("spectrogram", SPECTROGRAM, ...)) end

--- torchaudio.functional.inverse_spectrogram(spectrogram: Tensor, length: int|nil, pad: int, window: Tensor, n_fft:
-- int, hop_length: int, win_length: int, normalized: bool|string = false, center: bool = true, pad_mode: string =
-- "reflect", onesided: bool = true) -> Tensor: The signals (…×time) whose complex spectrogram is nearest to the
-- given one (…×frequencies×frames). length: of the signal, without the zeros of `pad`.
-- Example:
--     local window = torch.ones(4)
--     local s = torchaudio.functional.spectrogram(torch.ones(1, 8), 0, window, 4, 2, 4)
--     return torchaudio.functional.inverse_spectrogram(s, nil, 0, window, 4, 2, 4)
function public.inverse_spectrogram(...)
  local name = "inverse_spectrogram"
  local given = options.read(name, {argument.tensor "spectrogram", {"length", kind = "positive"},
    {"pad", kind = "count", required = true}, FRAMES[1], FRAMES[2], FRAMES[3], FRAMES[4],
    {"normalized", default = false}, {"center", kind = "boolean", default = true},
    {"pad_mode", kind = "string", default = "reflect"}, {"onesided", kind = "boolean", default = true}}, ...)
  local y = argument.complex(name, "spectrogram", 1, given.spectrogram, 2)
  local frame_norm, window_norm = norms(name, given.normalized)
  if window_norm then y = y * given.window:square():sum():sqrt() end
  local flat, restore = argument.flat(y, 2)
  local x = torch.istft(flat, given.n_fft, given.hop_length, given.win_length, given.window, {center = given.center,
    normalized = frame_norm, onesided = given.onesided, length = given.length and given.length + 2 * given.pad})
  if given.length and given.pad > 0 then x = x:narrow(-1, given.pad + 1, given.length) end
  return restore(x)
end

--- torchaudio.functional.griffinlim(specgram: Tensor, window: Tensor, n_fft: int, hop_length: int, win_length: int,
-- power: float, n_iter: int, momentum: float, length: int|nil = nil, rand_init: bool = true) -> Tensor: A signal
-- (…×time) whose spectrogram (…×frequencies×frames, absolute values to `power`) is near the given one: the
-- phases are found in n_iter steps (Griffin, Lim 1984; with momentum Perraudin et al. 2013). rand_init: they begin at
-- random.
-- Example:
--     local window = torch.hann_window(4)
--     local power = torchaudio.functional.spectrogram(torch.randn(1, 8), 0, window, 4, 1, 4, 2)
--     return torchaudio.functional.griffinlim(power, window, 4, 1, 4, 2, 8, 0.99).shape
function public.griffinlim(...)
  local given = options.read("griffinlim", {argument.tensor "specgram", FRAMES[1], FRAMES[2], FRAMES[3], FRAMES[4],
    argument.number "power", {"n_iter", kind = "count", required = true}, argument.number "momentum",
    {"length", kind = "positive"}, {"rand_init", kind = "boolean", default = true}}, ...)
  argument.wave("griffinlim", "specgram", 1, given.specgram, 2)
  if given.momentum < 0 or given.momentum >= 1 then
    options.wrong("griffinlim", "momentum", 8, "a number from 0 on, below 1", given.momentum)
  end
  local momentum = given.momentum / (1 + given.momentum)
  local flat, restore = argument.flat(given.specgram, 2)
  local size = flat:pow(1 / given.power)
  local angles = given.rand_init and torch.complex(torch.rand_like(size), torch.rand_like(size))
    or torch.complex(torch.ones_like(size), torch.zeros_like(size))
  local function back(y)
    return torch.istft(y, given.n_fft, given.hop_length, given.win_length, given.window, {length = given.length})
  end
  local before
  for _ = 1, given.n_iter do
    local rebuilt = torch.stft(back(size * angles), given.n_fft, given.hop_length, given.win_length, given.window)
    angles = rebuilt
    if momentum > 0 and before then angles = angles - before * momentum end
    angles = angles / (angles:abs() + 1e-16)
    before = rebuilt
  end
  return restore(back(size * angles))
end

--- torchaudio.functional.phase_vocoder(complex_specgrams: Tensor, rate: float, phase_advance: Tensor) -> Tensor: A
-- complex spectrogram (…×frequencies×frames) made `rate` times as fast, with the same pitches. phase_advance
-- (frequencies×1): by how much the phase of each frequency grows from frame to frame.
-- Example: torchaudio.functional.phase_vocoder(torch.ones(3, 4, {dtype = "complex64"}), 2, torch.zeros(3, 1)).shape
function public.phase_vocoder(...)
  local name = "phase_vocoder"
  local given = options.read(name, {argument.tensor "complex_specgrams", argument.number "rate",
    argument.tensor "phase_advance"}, ...)
  local rate, advance = given.rate, given.phase_advance
  local x, restore = argument.flat(argument.complex(name, "complex_specgrams", 1, given.complex_specgrams, 2), 2)
  if not (rate > 0 and rate < math.huge) then options.wrong(name, "rate", 2, "a positive number", rate) end
  if advance.ndim ~= 2 or advance:size(1) ~= x:size(2) or advance:size(2) ~= 1 then
    options.wrong(name, "phase_advance", 3, ("(%d×1), one for each frequency"):format(x:size(2)), advance)
  end
  if rate == 1 then return given.complex_specgrams end
  local real = spectrum.real_dtype(x)
  local steps = torch.arange(0, x:size(3), rate, {dtype = real, device = x.device})
  local alphas, phase_0 = steps % 1, x:narrow(3, 1, 1):angle()
  x = torch.cat({x, x:new_zeros({x:size(1), x:size(2), 2})}, 3)
  local at = steps:long() + 1
  local a, b = x:index_select(3, at), x:index_select(3, at + 1)
  local phase = b:angle() - a:angle() - advance
  phase = phase - 2 * math.pi * torch.round(phase / (2 * math.pi)) + advance
  phase = torch.cat({phase_0, phase:narrow(3, 1, phase:size(3) - 1)}, 3):cumsum(3)
  return restore(torch.polar(alphas * b:abs() + (1 - alphas) * a:abs(), phase))
end

--- torchaudio.functional.spectral_centroid(waveform: Tensor, sample_rate: int, pad: int, window: Tensor, n_fft: int,
-- hop_length: int, win_length: int) -> Tensor: The mean frequency of each frame of signals (…×time), weighted by
-- the absolute values of the spectrum: (…×frames).
-- Example: torchaudio.functional.spectral_centroid(torch.randn(1, 8), 8000, 0, torch.ones(4), 4, 2, 4).shape
function public.spectral_centroid(...)
  local given = options.read("spectral_centroid", {argument.tensor "waveform", argument.positive "sample_rate",
    {"pad", kind = "count", required = true}, FRAMES[1], FRAMES[2], FRAMES[3], FRAMES[4]}, ...)
  argument.wave("spectral_centroid", "waveform", 1, given.waveform)
  local y = public.spectrogram(given.waveform, given.pad, given.window, given.n_fft, given.hop_length,
    given.win_length, 1)
  local frequencies = torch.linspace(0, given.sample_rate // 2, 1 + given.n_fft // 2, {device = y.device})
  return (frequencies:unsqueeze(2) * y):sum(-2) / y:sum(-2)
end

return spectra
