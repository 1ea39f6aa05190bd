--- Transforms of signals to signals, and to what is said of them.
local torch = require "torch"
local F = require "torchaudio.functional"
local argument = require "torchaudio.functional.argument"
local define = require "torchaudio.transforms.define"
local mixing = require "torchaudio.functional.mixing"
local options = require "torch.utils.options"
local rates = require "torchaudio.functional.rates"
local vad = require "torchaudio.functional.vad"

local transforms = {}
local WAVE <const>, RATE <const> = argument.tensor "waveform", argument.positive "sample_rate"

--- torchaudio.transforms.Resample(orig_freq: int = 16000, new_freq: int = 16000, resampling_method: string =
-- "sinc_interp_hann", lowpass_filter_width: int = 6, rolloff: float = 0.99, beta: float|nil = nil, {dtype: dtype|nil
-- = nil}): Signals (…×time) at another rate; see functional.resample. The filter is made once, in float64, and
-- kept as float32, or as dtype.
-- Example: torchaudio.transforms.Resample(4, 2)(torch.ones(1, 8)).shape
transforms.Resample = define("Resample", {argument.positive("orig_freq", 16000), argument.positive("new_freq", 16000),
  {"resampling_method", kind = "string", default = "sinc_interp_hann"}, argument.positive("lowpass_filter_width", 6),
  argument.number("rolloff", 0.99), {"beta", kind = "number"}, {"dtype"}}, {
  init = function(self, given)
    self.plan = rates.plan("Resample", given)
    if self.plan.from ~= self.plan.to then self:register_buffer("kernel", rates.kernel(self.plan, given.dtype)) end
    given.dtype = nil
  end,
  forward = function(self, given)
    local x = argument.wave("Resample", "waveform", 1, given.waveform)
    if self.plan.from == self.plan.to then return x end
    if x.dtype ~= self.kernel.dtype then
      options.wrong("Resample", "waveform", 1, ("%s, as the filter is"):format(self.kernel.dtype), x)
    end
    return rates.apply(x, self.plan, self.kernel)
  end,
})

-- By shape: how loud a signal is at a share t of the time in which it fades in, and out.
local SHAPES <const> = {
  linear = {function(t) return t end, function(t) return 1 - t end},
  exponential = {function(t) return torch.pow(2, t - 1) * t end, function(t) return torch.pow(2, -t) * (1 - t) end},
  logarithmic = {function(t) return (t + 0.1):log10() + 1 end, function(t) return (1.1 - t):log10() + 1 end},
  quarter_sine = {function(t) return torch.sin(t * (math.pi / 2)) end,
    function(t) return torch.sin(t * (math.pi / 2) + math.pi / 2) end},
  half_sine = {function(t) return torch.sin(t * math.pi - math.pi / 2) / 2 + 0.5 end,
    function(t) return torch.sin(t * math.pi + math.pi / 2) / 2 + 0.5 end},
}

--- torchaudio.transforms.Fade(fade_in_len: int = 0, fade_out_len: int = 0, fade_shape: string = "linear"): Signals
-- (…×time) whose first fade_in_len numbers rise from silence and whose last fade_out_len fall back: "linear",
-- "exponential", "logarithmic", "quarter_sine" or "half_sine".
-- Example: torchaudio.transforms.Fade(2, 2)(torch.ones(1, 5))
transforms.Fade = define("Fade", {{"fade_in_len", kind = "count", default = 0},
  {"fade_out_len", kind = "count", default = 0}, {"fade_shape", kind = "string", default = "linear"}}, {
  init = function(_, given)
    argument.word("Fade", "fade_shape", 3, given.fade_shape,
      {"linear", "exponential", "logarithmic", "quarter_sine", "half_sine"})
  end,
  forward = function(self, given)
    local x = argument.wave("Fade", "waveform", 1, given.waveform)
    local n, shape = x:size(-1), SHAPES[self.fade_shape]
    if n < self.fade_in_len or n < self.fade_out_len then
      options.wrong("Fade", "waveform", 1, ("at least %d numbers"):format(math.max(self.fade_in_len,
        self.fade_out_len)), x)
    end
    local how = {device = x.device}
    local rise, fall = shape[1](torch.linspace(0, 1, self.fade_in_len, how)),
      shape[2](torch.linspace(0, 1, self.fade_out_len, how))
    rise = torch.cat({rise, torch.ones(n - self.fade_in_len, how)}):clamp(0, 1)
    fall = torch.cat({torch.ones(n - self.fade_out_len, how), fall}):clamp(0, 1)
    return rise * fall * x
  end,
})

--- torchaudio.transforms.Vol(gain: float, gain_type: string = "amplitude"): Signals made louder and kept in [-1, 1]:
-- gain is a factor of the "amplitude" or of the "power", or decibels ("db").
-- Example: torchaudio.transforms.Vol(0.5)(torch.ones(1, 2))
transforms.Vol = define("Vol", {argument.number "gain", {"gain_type", kind = "string", default = "amplitude"}}, {
  init = function(_, given)
    argument.word("Vol", "gain_type", 2, given.gain_type, {"amplitude", "power", "db"})
    if given.gain_type ~= "db" and given.gain < 0 then options.wrong("Vol", "gain", 1, "0 or more", given.gain) end
  end,
  forward = function(self, given)
    local x = argument.wave("Vol", "waveform", 1, given.waveform, 0)
    if self.gain_type == "db" then x = F.gain(x, self.gain)
    else x = x * (self.gain_type == "power" and self.gain ^ 0.5 or self.gain) end
    return x:clamp(-1, 1)
  end,
})

--- torchaudio.transforms.PitchShift(sample_rate: int, n_steps: int, bins_per_octave: int = 12, n_fft: int = 512,
-- win_length: int|nil = nil, hop_length: int|nil = nil, window_fn: function = torch.hann_window,
-- wkwargs: table|nil = nil): Signals with other pitches; see functional.pitch_shift.
-- Example: torchaudio.transforms.PitchShift(8000, 2)(torch.randn(1, 1000)).shape
transforms.PitchShift = define("PitchShift", {RATE, argument.number "n_steps", argument.positive("bins_per_octave", 12),
  argument.positive("n_fft", 512), {"win_length", kind = "positive"}, {"hop_length", kind = "positive"},
  {"window_fn", kind = "callable"}, {"wkwargs", kind = "table"}}, {
  init = function(self, given)
    given.hop_default = (given.win_length or given.n_fft) // 4
    self.shift = rates.shift("PitchShift", given)
    self:register_buffer("window", (given.window_fn or torch.hann_window)(self.shift.win_length, given.wkwargs))
    self.win_length, self.hop_length = self.shift.win_length, self.shift.hop
  end,
  forward = function(self, given)
    local x = argument.wave("PitchShift", "waveform", 1, given.waveform)
    return rates.shifted(x, {sample_rate = self.sample_rate}, self.shift, self.window)
  end,
})

--- torchaudio.transforms.Speed(orig_freq: int, factor: float): Signals `factor` times as fast, called with signals
-- and, if wanted, their lengths; gives both. See functional.speed.
-- Example: torchaudio.transforms.Speed(8000, 2)(torch.ones(1, 8))
transforms.Speed = define("Speed", {argument.positive "orig_freq", argument.number "factor"}, {
  init = function(self, given)
    self.source, self.target = rates.speeds("Speed", given.orig_freq, given.factor)
    self.resampler = transforms.Resample(self.source, self.target)
  end,
  inputs = {WAVE, {"lengths", kind = "tensor"}},
  forward = function(self, given)
    return self.resampler(given.waveform), rates.lengths(given.lengths, self.source, self.target)
  end,
})

--- torchaudio.transforms.SpeedPerturbation(orig_freq: int, factors: number[]): Speed with one of the factors, drawn
-- at each call (Ko et al. 2015).
-- Example: torchaudio.transforms.SpeedPerturbation(8000, {0.9, 1, 1.1})
transforms.SpeedPerturbation = define("SpeedPerturbation", {argument.positive "orig_freq",
  {"factors", kind = "table", required = true}}, {
  init = function(self, given)
    local list = torch.nn.ModuleList()
    for _, factor in ipairs(given.factors) do
      if type(factor) ~= "number" then
        options.wrong("SpeedPerturbation", "factors", 2, "an array of numbers", given.factors)
      end
      list:append(transforms.Speed(given.orig_freq, factor))
    end
    if #list == 0 then options.wrong("SpeedPerturbation", "factors", 2, "an array of numbers", given.factors) end
    self.speeders = list
  end,
  inputs = {WAVE, {"lengths", kind = "tensor"}},
  forward = function(self, given)
    return self.speeders[torch.randint(1, #self.speeders + 1, {1}):item()](given.waveform, given.lengths)
  end,
})

--- torchaudio.transforms.AddNoise(): Signals with noise, called with the arguments of functional.add_noise.
-- Example: torchaudio.transforms.AddNoise()(torch.ones(1, 4), torch.ones(1, 4), torch.tensor({20.}))
transforms.AddNoise = define("AddNoise", {}, {
  inputs = {WAVE, argument.tensor "noise", argument.tensor "snr", {"lengths", kind = "tensor"}},
  forward = function(_, given) return F.add_noise(given.waveform, given.noise, given.snr, given.lengths) end,
})

--- torchaudio.transforms.Preemphasis(coeff: float = 0.97): See functional.preemphasis.
-- Example: torchaudio.transforms.Preemphasis(0.5)(torch.ones(4))
transforms.Preemphasis = define("Preemphasis", {argument.number("coeff", 0.97)}, {
  forward = function(self, given) return F.preemphasis(given.waveform, self.coeff) end,
})

--- torchaudio.transforms.Deemphasis(coeff: float = 0.97): See functional.deemphasis.
-- Example: torchaudio.transforms.Deemphasis(0.5)(torch.tensor({1, 0.5, 0.5}))
transforms.Deemphasis = define("Deemphasis", {argument.number("coeff", 0.97)}, {
  forward = function(self, given) return F.deemphasis(given.waveform, self.coeff) end,
})

local function convolution(name)
  return define(name, {{"mode", kind = "string", default = "full"}}, {
    init = function(_, given) mixing.check_mode(name, 1, given.mode) end,
    inputs = {argument.tensor "x", argument.tensor "y"},
    forward = function(self, given) return F[name:lower()](given.x, given.y, self.mode) end,
  })
end

--- torchaudio.transforms.Convolve(mode: string = "full"): Two signals convolved; see functional.convolve.
-- Example: torchaudio.transforms.Convolve()(torch.ones(3), torch.ones(2))
transforms.Convolve = convolution "Convolve"

--- torchaudio.transforms.FFTConvolve(mode: string = "full"): Two signals convolved; see functional.fftconvolve.
-- Example: torchaudio.transforms.FFTConvolve()(torch.ones(3), torch.ones(2))
transforms.FFTConvolve = convolution "FFTConvolve"

--- torchaudio.transforms.Loudness(sample_rate: int): The loudness of signals; see functional.loudness.
-- Example: torchaudio.transforms.Loudness(8000)(torch.sin(torch.arange(8000) / 3):unsqueeze(1)).shape
transforms.Loudness = define("Loudness", {RATE}, {
  forward = function(self, given) return F.loudness(given.waveform, self.sample_rate) end,
})

--- torchaudio.transforms.Vad(sample_rate: int, trigger_level: float = 7, trigger_time: float = 0.25,
-- search_time: float = 1, allowed_gap: float = 0.25, pre_trigger_time: float = 0, boot_time: float = 0.35,
-- noise_up_time: float = 0.1, noise_down_time: float = 0.01, noise_reduction_amount: float = 1.35,
-- measure_freq: float = 20, measure_duration: float|nil = nil, measure_smooth_time: float = 0.4,
-- hp_filter_freq: float = 50, lp_filter_freq: float = 6000, hp_lifter_freq: float = 150,
-- lp_lifter_freq: float = 2000): Signals without what is before the first speech; see functional.vad.
-- Example: torchaudio.transforms.Vad(8000)(torch.zeros(1, 4000)).shape
transforms.Vad = define("Vad", {RATE, table.unpack(vad.OPTIONS)}, {
  forward = function(self, given)
    local named = {}
    for _, parameter in ipairs(vad.OPTIONS) do named[parameter[1]] = self[parameter[1]] end
    return F.vad(given.waveform, self.sample_rate, named)
  end,
})

local CHANNELS <const> = argument.positive("quantization_channels", 256)

--- torchaudio.transforms.MuLawEncoding(quantization_channels: int = 256): See functional.mu_law_encoding.
-- Example: torchaudio.transforms.MuLawEncoding()(torch.tensor({-1, 0, 0.5}))
transforms.MuLawEncoding = define("MuLawEncoding", {CHANNELS}, {
  inputs = {argument.tensor "x"},
  forward = function(self, given) return F.mu_law_encoding(given.x, self.quantization_channels) end,
})

--- torchaudio.transforms.MuLawDecoding(quantization_channels: int = 256): See functional.mu_law_decoding.
-- Example: torchaudio.transforms.MuLawDecoding()(torch.tensor({0, 128, 255}))
transforms.MuLawDecoding = define("MuLawDecoding", {CHANNELS}, {
  inputs = {argument.tensor "x_mu"},
  forward = function(self, given) return F.mu_law_decoding(given.x_mu, self.quantization_channels) end,
})

return transforms
