--- Transforms between signals and spectrograms.
local torch = require "torch"
local F = require "torchaudio.functional"
local argument = require "torchaudio.functional.argument"
local define = require "torchaudio.transforms.define"
local options = require "torch.utils.options"
local spectra = require "torchaudio.functional.spectra"

local transforms = {}

local N_FFT <const>, WIN <const>, HOP <const>, PAD <const> = argument.positive("n_fft", 400),
  {"win_length", kind = "positive"}, {"hop_length", kind = "positive"}, {"pad", kind = "count", default = 0}
local WINDOW <const>, WKWARGS <const> = {"window_fn", kind = "callable"}, {"wkwargs", kind = "table"}
local POWER <const> = {"power", kind = "number", default = 2, off = true}
local NORMALIZED <const>, CENTER <const> = {"normalized", default = false}, {"center", kind = "boolean", default = true}
local PAD_MODE <const>, ONESIDED <const> = {"pad_mode", kind = "string", default = "reflect"},
  {"onesided", kind = "boolean", default = true}

--- Sets the lengths of frames and the buffer of their window.
local function set_window(self, name, given)
  self.n_fft = given.n_fft
  self.win_length = given.win_length or given.n_fft
  self.hop_length = given.hop_length or self.win_length // 2
  if self.win_length > self.n_fft then
    options.wrong(name, "win_length", nil, ("at most n_fft = %d"):format(self.n_fft), self.win_length)
  end
  if self.hop_length < 1 then options.wrong(name, "hop_length", nil, "a positive integer", self.hop_length) end
  local window = (given.window_fn or torch.hann_window)(self.win_length, given.wkwargs)
  if not torch.is_tensor(window) or window.shape ~= {self.win_length} then
    options.wrong(name, "window_fn", nil, ("a function that makes %d numbers"):format(self.win_length), window)
  end
  self:register_buffer("window", window)
end

--- The options of functional.spectrogram.
local function frames_of(self, x)
  return {waveform = x, pad = self.pad, window = self.window, n_fft = self.n_fft, hop_length = self.hop_length,
    win_length = self.win_length, power = self.power or nil, normalized = self.normalized, center = self.center,
    pad_mode = self.pad_mode, onesided = self.onesided}
end

--- torchaudio.transforms.Spectrogram(n_fft: int = 400, win_length: int|nil = nil, hop_length: int|nil = nil, pad: int
-- = 0, window_fn: function = torch.hann_window, power: float|nil = 2, normalized: bool|string = false, wkwargs:
-- table|nil = nil, center: bool = true, pad_mode: string = "reflect", onesided: bool = true): Signals (…×time) to
-- spectrograms (…×frequencies×frames); see functional.spectrogram. win_length is n_fft and hop_length half of it
-- if not given; wkwargs are options of the window; power = false: complex.
-- Example: torchaudio.transforms.Spectrogram(8)(torch.randn(1, 32)).shape
transforms.Spectrogram = define("Spectrogram", {N_FFT, WIN, HOP, PAD, WINDOW, POWER, NORMALIZED, WKWARGS, CENTER,
  PAD_MODE, ONESIDED}, {
  init = function(self, given) set_window(self, "Spectrogram", given) end,
  forward = function(self, given) return spectra.checked_spectrogram(frames_of(self, given.waveform)) end,
})

--- torchaudio.transforms.InverseSpectrogram(n_fft: int = 400, win_length: int|nil = nil, hop_length: int|nil = nil,
-- pad: int = 0, window_fn: function = torch.hann_window, normalized: bool|string = false, wkwargs: table|nil = nil,
-- center: bool = true, pad_mode: string = "reflect", onesided: bool = true): Complex spectrograms to signals, called
-- with a spectrogram and, if wanted, the length of the signal; see functional.inverse_spectrogram.
-- Example:
--     local forth = torchaudio.transforms.Spectrogram(8, {power = false})
--     return torchaudio.transforms.InverseSpectrogram(8)(forth(torch.ones(1, 32))).shape
transforms.InverseSpectrogram = define("InverseSpectrogram", {N_FFT, WIN, HOP, PAD, WINDOW, NORMALIZED, WKWARGS, CENTER,
  PAD_MODE, ONESIDED}, {
  init = function(self, given) set_window(self, "InverseSpectrogram", given) end,
  inputs = {argument.tensor "spectrogram", {"length", kind = "positive"}},
  forward = function(self, given)
    return F.inverse_spectrogram(given.spectrogram, given.length, self.pad, self.window, self.n_fft, self.hop_length,
      self.win_length, self.normalized, self.center, self.pad_mode, self.onesided)
  end,
})

--- torchaudio.transforms.GriffinLim(n_fft: int = 400, n_iter: int = 32, win_length: int|nil = nil,
-- hop_length: int|nil = nil, window_fn: function = torch.hann_window, power: float = 2, wkwargs: table|nil = nil,
-- momentum: float = 0.99, length: int|nil = nil, rand_init: bool = true): Spectrograms without phases to signals; see
-- functional.griffinlim.
-- Example: torchaudio.transforms.GriffinLim(8, 4)(torch.rand(5, 9)).shape
transforms.GriffinLim = define("GriffinLim", {N_FFT, {"n_iter", kind = "count", default = 32}, WIN, HOP, WINDOW,
  argument.number("power", 2), WKWARGS, argument.number("momentum", 0.99), {"length", kind = "positive"},
  {"rand_init", kind = "boolean", default = true}}, {
  init = function(self, given)
    if given.momentum < 0 or given.momentum >= 1 then
      options.wrong("GriffinLim", "momentum", 8, "a number from 0 on, below 1", given.momentum)
    end
    set_window(self, "GriffinLim", given)
  end,
  inputs = {argument.tensor "specgram"},
  forward = function(self, given)
    return F.griffinlim(given.specgram, self.window, self.n_fft, self.hop_length, self.win_length, self.power,
      self.n_iter, self.momentum, self.length, self.rand_init)
  end,
})

-- ---- bands -------------------------------------------------------------------------------------

local MELS <const> = {argument.positive("n_mels", 128), argument.positive("sample_rate", 16000),
  argument.number("f_min", 0), {"f_max", kind = "number"}}
local NORM <const>, MEL_SCALE <const> = {"norm", kind = "string"}, {"mel_scale", kind = "string", default = "htk"}

--- The buffer of the filters.
local function set_filters(self, name, given, n_stft)
  self.f_max = given.f_max or given.sample_rate // 2
  if given.f_min > self.f_max then
    options.wrong(name, "f_min", nil, ("at most f_max = %s"):format(self.f_max), given.f_min)
  end
  self:register_buffer("fb", F.melscale_fbanks(n_stft, given.f_min, self.f_max, given.n_mels, given.sample_rate,
    given.norm, given.mel_scale))
end

--- (…×frequencies×frames) summed up with filters (frequencies×bands).
local function banded(name, x, filters)
  if x.ndim < 2 or x:size(-2) ~= filters:size(1) then
    options.wrong(name, "specgram", 1, ("(…×%d×frames)"):format(filters:size(1)), x)
  end
  return torch.matmul(x:transpose(-1, -2), filters):transpose(-1, -2)
end

--- torchaudio.transforms.MelScale(n_mels: int = 128, sample_rate: int = 16000, f_min: float = 0, f_max: float|nil =
-- nil, n_stft: int = 201, norm: string|nil = nil, mel_scale: string = "htk"): Spectrograms with n_stft frequencies to
-- n_mels bands; see functional.melscale_fbanks.
-- Example: torchaudio.transforms.MelScale(2, {n_stft = 5, sample_rate = 8000})(torch.ones(5, 3))
transforms.MelScale = define("MelScale", {MELS[1], MELS[2], MELS[3], MELS[4], argument.positive("n_stft", 201), NORM,
  MEL_SCALE}, {
  init = function(self, given) set_filters(self, "MelScale", given, given.n_stft) end,
  inputs = {argument.tensor "specgram"},
  forward = function(self, given) return banded("MelScale", given.specgram, self.fb) end,
})

--- torchaudio.transforms.InverseMelScale(n_stft: int, n_mels: int = 128, sample_rate: int = 16000, f_min: float = 0,
-- f_max: float|nil = nil, norm: string|nil = nil, mel_scale: string = "htk", driver: string = "gels"): Mel
-- spectrograms to spectrograms with n_stft frequencies: the nearest ones by least squares, negative values 0. driver
-- as for linalg.lstsq.
-- Example: torchaudio.transforms.InverseMelScale(5, 2, {sample_rate = 8000})(torch.ones(2, 3)).shape
transforms.InverseMelScale = define("InverseMelScale", {argument.positive "n_stft", MELS[1], MELS[2], MELS[3], MELS[4],
  NORM, MEL_SCALE, {"driver", kind = "string", default = "gels"}}, {
  init = function(self, given)
    argument.word("InverseMelScale", "driver", 8, given.driver, {"gels", "gelsy", "gelsd", "gelss"})
    set_filters(self, "InverseMelScale", given, given.n_stft)
  end,
  inputs = {argument.tensor "melspec"},
  forward = function(self, given)
    local x = argument.wave("InverseMelScale", "melspec", 1, given.melspec, 2)
    if x:size(-2) ~= self.n_mels then
      options.wrong("InverseMelScale", "melspec", 1, ("(…×%d×frames)"):format(self.n_mels), x)
    end
    local flat, restore = argument.flat(x, 2)
    local filters = self.fb:t():unsqueeze(1):expand({flat:size(1), -1, -1})
    return restore((torch.linalg.lstsq(filters, flat, nil, {driver = self.driver})):relu())
  end,
})

--- torchaudio.transforms.MelSpectrogram(sample_rate: int = 16000, n_fft: int = 400, win_length: int|nil = nil,
-- hop_length: int|nil = nil, f_min: float = 0, f_max: float|nil = nil, pad: int = 0, n_mels: int = 128, window_fn:
-- function = torch.hann_window, power: float = 2, normalized: bool|string = false, wkwargs: table|nil = nil, center:
-- bool = true, pad_mode: string = "reflect", onesided: bool = true, norm: string|nil = nil, mel_scale: string =
-- "htk"): Signals (…×time) to mel spectrograms (…×mels×frames): Spectrogram and MelScale, in one pass where no
-- gradient is wanted.
-- Example: torchaudio.transforms.MelSpectrogram(8000, 64, {n_mels = 4})(torch.randn(1, 256)).shape
transforms.MelSpectrogram = define("MelSpectrogram", {MELS[2], N_FFT, WIN, HOP, MELS[3], MELS[4], PAD, MELS[1], WINDOW,
  argument.number("power", 2), NORMALIZED, WKWARGS, CENTER, PAD_MODE, ONESIDED, NORM, MEL_SCALE}, {
  init = function(self, given)
    self.spectrogram = transforms.Spectrogram {n_fft = given.n_fft, win_length = given.win_length,
      hop_length = given.hop_length, pad = given.pad, window_fn = given.window_fn, power = given.power,
      normalized = given.normalized, wkwargs = given.wkwargs, center = given.center, pad_mode = given.pad_mode}
    local scale = transforms.MelScale {n_mels = given.n_mels, sample_rate = given.sample_rate, f_min = given.f_min,
      f_max = given.f_max, n_stft = given.n_fft // 2 + 1, norm = given.norm, mel_scale = given.mel_scale}
    given.mel_scale, self.mel_scale = nil, scale
    self.win_length, self.hop_length = self.spectrogram.win_length, self.spectrogram.hop_length
  end,
  forward = function(self, given)
    return spectra.filtered(frames_of(self.spectrogram, given.waveform), self.mel_scale.fb)
  end,
})

--- Cepstra of bands (…×bands×frames) by a cosine transform.
local function cepstra(self, x, plain)
  x = plain and (x + 1e-6):log() or self.amplitude_to_DB(x)
  return torch.matmul(x:transpose(-1, -2), self.dct_mat):transpose(-1, -2)
end

local function check_dct(name, given)
  if given.dct_type ~= 2 then options.wrong(name, "dct_type", nil, "2", given.dct_type) end
  if given.norm == "" then given.norm = nil end
end

local function submodule_options(name, parameter, value, more)
  for key, item in pairs(value or {}) do
    if more[key] ~= nil then options.raise(("%s: '%s': '%s' is given twice"):format(name, parameter, tostring(key))) end
    more[key] = item
  end
  return more
end

--- torchaudio.transforms.MFCC(sample_rate: int = 16000, n_mfcc: int = 40, dct_type: int = 2, norm: string = "ortho",
-- log_mels: bool = false, melkwargs: table|nil = nil): Signals (…×time) to mel-frequency cepstral coefficients
-- (…×n_mfcc×frames). log_mels: of logarithms of mels instead of decibels. melkwargs: options of MelSpectrogram.
-- Example: torchaudio.transforms.MFCC(8000, 3, {melkwargs = {n_fft = 64, n_mels = 4}})(torch.randn(1, 256)).shape
transforms.MFCC = define("MFCC", {MELS[2], argument.positive("n_mfcc", 40), argument.positive("dct_type", 2),
  {"norm", kind = "string", default = "ortho", off = true}, {"log_mels", kind = "boolean", default = false},
  {"melkwargs", kind = "table"}}, {
  init = function(self, given)
    check_dct("MFCC", given)
    self.top_db = 80
    self.amplitude_to_DB = transforms.AmplitudeToDB("power", self.top_db)
    self.MelSpectrogram = transforms.MelSpectrogram(submodule_options("MFCC", "melkwargs", given.melkwargs,
      {sample_rate = given.sample_rate}))
    local mels = self.MelSpectrogram.n_mels
    if given.n_mfcc > mels then
      options.wrong("MFCC", "n_mfcc", 2, ("at most n_mels = %d"):format(mels), given.n_mfcc)
    end
    self:register_buffer("dct_mat", F.create_dct(given.n_mfcc, mels, given.norm or nil))
    given.melkwargs = nil
  end,
  forward = function(self, given) return cepstra(self, self.MelSpectrogram(given.waveform), self.log_mels) end,
})

--- torchaudio.transforms.LFCC(sample_rate: int = 16000, n_filter: int = 128, f_min: float = 0, f_max: float|nil =
-- nil, n_lfcc: int = 40, dct_type: int = 2, norm: string = "ortho", log_lf: bool = false, speckwargs: table|nil =
-- nil): As MFCC, with n_filter bands of equal width (functional.linear_fbanks). speckwargs: options of Spectrogram.
-- Example: torchaudio.transforms.LFCC(8000, 4, {n_lfcc = 3, speckwargs = {n_fft = 64}})(torch.randn(1, 256)).shape
transforms.LFCC = define("LFCC", {MELS[2], argument.positive("n_filter", 128), MELS[3], MELS[4],
  argument.positive("n_lfcc", 40), argument.positive("dct_type", 2),
  {"norm", kind = "string", default = "ortho", off = true}, {"log_lf", kind = "boolean", default = false},
  {"speckwargs", kind = "table"}}, {
  init = function(self, given)
    check_dct("LFCC", given)
    self.f_max = given.f_max or given.sample_rate // 2
    self.top_db = 80
    self.amplitude_to_DB = transforms.AmplitudeToDB("power", self.top_db)
    self.Spectrogram = transforms.Spectrogram(submodule_options("LFCC", "speckwargs", given.speckwargs, {}))
    local bins = self.Spectrogram.n_fft
    if given.n_lfcc > bins then
      options.wrong("LFCC", "n_lfcc", 5, ("at most n_fft = %d"):format(bins), given.n_lfcc)
    end
    self:register_buffer("filter_mat", F.linear_fbanks(bins // 2 + 1, given.f_min, self.f_max, given.n_filter,
      given.sample_rate))
    self:register_buffer("dct_mat", F.create_dct(given.n_lfcc, given.n_filter, given.norm or nil))
    given.speckwargs = nil
  end,
  forward = function(self, given)
    return cepstra(self, spectra.filtered(frames_of(self.Spectrogram, given.waveform), self.filter_mat), self.log_lf)
  end,
})

--- torchaudio.transforms.AmplitudeToDB(stype: string = "power", top_db: float|nil = nil): Powers, or amplitudes
-- (stype = "magnitude"), to decibels; see functional.amplitude_to_DB.
-- Example: torchaudio.transforms.AmplitudeToDB()(torch.tensor({{1., 10}}))
transforms.AmplitudeToDB = define("AmplitudeToDB", {{"stype", kind = "string", default = "power"},
  {"top_db", kind = "number"}}, {
  init = function(_, given)
    if given.top_db and given.top_db < 0 then options.wrong("AmplitudeToDB", "top_db", 2, "0 or more", given.top_db) end
  end,
  inputs = {argument.tensor "x"},
  forward = function(self, given)
    return F.amplitude_to_DB(given.x, self.stype == "power" and 10 or 20, 1e-10, 0, self.top_db)
  end,
})

--- torchaudio.transforms.SpectralCentroid(sample_rate: int, n_fft: int = 400, win_length: int|nil = nil, hop_length:
-- int|nil = nil, pad: int = 0, window_fn: function = torch.hann_window, wkwargs: table|nil = nil): The mean frequency
-- of each frame; see functional.spectral_centroid.
-- Example: torchaudio.transforms.SpectralCentroid(8000, 8)(torch.randn(1, 32)).shape
transforms.SpectralCentroid = define("SpectralCentroid", {argument.positive "sample_rate", N_FFT, WIN, HOP, PAD, WINDOW,
  WKWARGS}, {
  init = function(self, given) set_window(self, "SpectralCentroid", given) end,
  forward = function(self, given)
    return F.spectral_centroid(given.waveform, self.sample_rate, self.pad, self.window, self.n_fft, self.hop_length,
      self.win_length)
  end,
})

--- torchaudio.transforms.TimeStretch(hop_length: int|nil = nil, n_freq: int = 201, fixed_rate: float|nil = nil):
-- Complex spectrograms (…×n_freq×frames) made faster with the same pitches, called with a spectrogram and a rate,
-- or at fixed_rate; hop_length is that of the frames, half of their length if not given. See
-- functional.phase_vocoder.
-- Example:
--     local x = torch.ones(5, 8, {dtype = "complex64"})
--     return torchaudio.transforms.TimeStretch {n_freq = 5, fixed_rate = 2}(x).shape
transforms.TimeStretch = define("TimeStretch", {{"hop_length", kind = "positive"}, argument.positive("n_freq", 201),
  {"fixed_rate", kind = "number"}}, {
  init = function(self, given)
    if given.n_freq < 2 and not given.hop_length then options.wrong("TimeStretch", "n_freq", 2, "2 or more", 1) end
    local hop = given.hop_length or given.n_freq - 1
    self:register_buffer("phase_advance", torch.linspace(0, math.pi * hop, given.n_freq):unsqueeze(2))
  end,
  inputs = {argument.tensor "complex_specgrams", {"overriding_rate", kind = "number"}},
  forward = function(self, given)
    local rate = given.overriding_rate or self.fixed_rate
    if not rate then options.raise "TimeStretch: expected a rate: there is no fixed_rate" end
    return F.phase_vocoder(given.complex_specgrams, rate, self.phase_advance)
  end,
})

return transforms
