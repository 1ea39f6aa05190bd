--- Filters that work on a signal number by number; those of two poles by their musical names.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"

local filters = {}

--- Signals (N×C×L) through the filters of their channels: Σ b y-less part, then the poles. Both are divided by
-- a(c, 1).
local function run(x, a, b)
  local first = a:narrow(2, 1, 1)
  local moving = torch._C.call("lag_filter", x, b / first)
  if a:size(2) == 1 then return moving end
  return torch._C.call("all_pole", moving, a:narrow(2, 2, a:size(2) - 1) / first)
end

local function check_coefficients(name, x, a, b)
  if a.ndim < 1 or a.ndim > 2 or a:size(-1) < 1 then
    options.wrong(name, "a_coeffs", 2, "(lags) or (filters×lags)", a)
  end
  if a.shape ~= b.shape then options.wrong(name, "b_coeffs", 3, "the shape of 'a_coeffs'", b) end
  for i, t in ipairs {a, b} do
    if t.dtype ~= x.dtype then
      options.wrong(name, i == 1 and "a_coeffs" or "b_coeffs", i + 1,
        ("%s, as 'waveform' is"):format((tostring(x.dtype):gsub("^torch%.", ""))), t)
    end
  end
end

local FILTER <const> = {argument.tensor "waveform", argument.tensor "a_coeffs", argument.tensor "b_coeffs",
  {"clamp", kind = "boolean", default = true}, {"batching", kind = "boolean", default = true}}

local function filtered(name, given)
  local x, a, b = argument.wave(name, "waveform", 1, given.waveform), given.a_coeffs, given.b_coeffs
  check_coefficients(name, x, a, b)
  if a.ndim == 1 then a, b = a:unsqueeze(1), b:unsqueeze(1)
  elseif not given.batching then x = torch.stack((function(list)
      for i = 1, a:size(1) do list[i] = x end
      return list
    end) {}, -2)
  elseif x.ndim < 2 or x:size(-2) ~= a:size(1) then
    options.wrong(name, "waveform", 1, ("(…×%d×time), a channel for each filter"):format(a:size(1)), x)
  end
  local rows = x:numel() > 0 and x:reshape(-1, a:size(1), x:size(-1)) or x:reshape(0, a:size(1), x:size(-1))
  local y = run(rows, a, b)
  if given.clamp then y = y:clamp(-1, 1) end
  return y:reshape(x.shape)
end

--- torchaudio.functional.lfilter(waveform: Tensor, a_coeffs: Tensor, b_coeffs: Tensor, clamp: bool = true, batching:
-- bool = true) -> Tensor: Signals (…×time) through a filter: a(1) y(t) = Σ b(i) x(t - i + 1) - Σ a(i) y(t - i +
-- 1), the second sum from i = 2 on. a_coeffs, b_coeffs: (lags), or (filters×lags) for the channels of a signal
-- (…×filters×time); without batching each filter gets the whole signal, and there is one more dimension. clamp:
-- the result is kept in [-1, 1].
-- Example: torchaudio.functional.lfilter(torch.eye(1, 5), torch.tensor({1, -0.5}), torch.tensor({1., 0}))
function filters.lfilter(...) return filtered("lfilter", options.read("lfilter", FILTER, ...)) end

--- torchaudio.functional.filtfilt(waveform: Tensor, a_coeffs: Tensor, b_coeffs: Tensor, clamp: bool = true) ->
-- Tensor: lfilter, forwards and then backwards through time, so that phases stay.
-- Example: torchaudio.functional.filtfilt(torch.eye(1, 5), torch.tensor({1, -0.5}), torch.tensor({1., 0}))
function filters.filtfilt(...)
  local given = options.read("filtfilt", {FILTER[1], FILTER[2], FILTER[3], FILTER[4]}, ...)
  local forwards = filtered("filtfilt", {waveform = given.waveform, a_coeffs = given.a_coeffs,
    b_coeffs = given.b_coeffs, clamp = false, batching = true})
  return filtered("filtfilt", {waveform = forwards:flip(-1), a_coeffs = given.a_coeffs, b_coeffs = given.b_coeffs,
    clamp = given.clamp, batching = true}):flip(-1)
end

--- Six coefficients, numbers or tensors of one element, as b and a.
local function two_poles(name, x, b0, b1, b2, a0, a1, a2)
  argument.wave(name, "waveform", 1, x)
  local list, tensors = {b0, b1, b2, a0, a1, a2}, false
  for _, value in ipairs(list) do tensors = tensors or torch.is_tensor(value) end
  local how = {dtype = x.dtype, device = x.device}
  local all
  if tensors then
    for i, value in ipairs(list) do
      list[i] = torch.is_tensor(value) and value:to(x.dtype):reshape({}) or torch.tensor(value, how)
    end
    all = torch.stack(list)
  else all = torch.tensor(list, how) end
  return filtered(name, {waveform = x, a_coeffs = all:narrow(1, 4, 3), b_coeffs = all:narrow(1, 1, 3), clamp = true,
    batching = true})
end

--- A number, or a tensor of one element, through which gradients may flow.
local function scalar(name, parameter, position, value)
  if type(value) == "number" or torch.is_tensor(value) and value:numel() == 1 then return value end
  options.wrong(name, parameter, position, "a number or a tensor of one element", value)
end

--- Functions of numbers or tensors.
local function sin(v) return type(v) == "number" and math.sin(v) or v:sin() end
local function cos(v) return type(v) == "number" and math.cos(v) or v:cos() end
local function exp(v) return type(v) == "number" and math.exp(v) or v:exp() end
local function sqrt(v) return type(v) == "number" and v ^ 0.5 or v:sqrt() end

--- torchaudio.functional.biquad(waveform: Tensor, b0: float, b1: float, b2: float, a0: float, a1: float, a2: float)
-- -> Tensor: Signals (…×time) through the filter of two poles with these coefficients, kept in [-1, 1]; see
-- lfilter.
-- Example: torchaudio.functional.biquad(torch.eye(1, 5), 1, 0, 0, 1, -0.5, 0)
function filters.biquad(...)
  local names = {"b0", "b1", "b2", "a0", "a1", "a2"}
  local parameters, values = {argument.tensor "waveform"}, {}
  for i, key in ipairs(names) do parameters[i + 1] = {key, required = true} end
  local given = options.read("biquad", parameters, ...)
  for i, key in ipairs(names) do values[i] = scalar("biquad", key, i + 1, given[key]) end
  return two_poles("biquad", given.waveform, table.unpack(values))
end

--- A filter of two poles: `rest` are its parameters after waveform and sample_rate; coefficients(w, alpha, given,
-- rate) gives b0 to a2, from the angle of its frequency and sin(w) / 2 / Q.
local function named(name, frequency, rest, coefficients)
  local parameters = {argument.tensor "waveform", argument.positive "sample_rate", table.unpack(rest)}
  return function(...)
    local given = options.read(name, parameters, ...)
    for i, parameter in ipairs(parameters) do
      local key = parameter[1]
      if i > 2 and parameter.kind == nil then given[key] = scalar(name, key, i, given[key]) end
    end
    local w = 2 * math.pi * given[frequency] / given.sample_rate
    local alpha = sin(w) / 2 / given.Q
    return two_poles(name, given.waveform, coefficients(w, alpha, given, given.sample_rate))
  end
end

local CUTOFF <const>, CENTRAL <const>, Q <const> = {"cutoff_freq", required = true}, {"central_freq", required = true},
  {"Q", default = 0.707}

local lowpass = named("lowpass_biquad", "cutoff_freq", {CUTOFF, Q}, function(w, alpha)
  local c = cos(w)
  return (1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, -2 * c, 1 - alpha
end)
--- torchaudio.functional.lowpass_biquad(waveform: Tensor, sample_rate: int, cutoff_freq: float, Q: float = 0.707) ->
-- Tensor: What of signals (…×time) is below cutoff_freq. Frequencies, gains and Q of these filters may be tensors
-- of one element, which get gradients.
-- Example: torchaudio.functional.lowpass_biquad(torch.randn(1, 5), 8000, 1000).shape
function filters.lowpass_biquad(...) return lowpass(...) end

local highpass = named("highpass_biquad", "cutoff_freq", {CUTOFF, Q}, function(w, alpha)
  local c = cos(w)
  return (1 + c) / 2, -1 - c, (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha
end)
--- torchaudio.functional.highpass_biquad(waveform: Tensor, sample_rate: int, cutoff_freq: float, Q: float = 0.707) ->
-- Tensor: What of signals (…×time) is above cutoff_freq.
-- Example: torchaudio.functional.highpass_biquad(torch.randn(1, 5), 8000, 1000).shape
function filters.highpass_biquad(...) return highpass(...) end

local bandpass = named("bandpass_biquad", "central_freq", {CENTRAL, Q,
  {"const_skirt_gain", kind = "boolean", default = false}}, function(w, alpha, given)
  local top = given.const_skirt_gain and sin(w) / 2 or alpha
  return top, 0, -top, 1 + alpha, -2 * cos(w), 1 - alpha
end)
--- torchaudio.functional.bandpass_biquad(waveform: Tensor, sample_rate: int, central_freq: float, Q: float = 0.707,
-- const_skirt_gain: bool = false) -> Tensor: What of signals (…×time) is around central_freq, in a band of width
-- central_freq / Q; const_skirt_gain: with the gain Q at its top.
-- Example: torchaudio.functional.bandpass_biquad(torch.randn(1, 5), 8000, 1000).shape
function filters.bandpass_biquad(...) return bandpass(...) end

local bandreject = named("bandreject_biquad", "central_freq", {CENTRAL, Q}, function(w, alpha)
  local c = cos(w)
  return 1, -2 * c, 1, 1 + alpha, -2 * c, 1 - alpha
end)
--- torchaudio.functional.bandreject_biquad(waveform: Tensor, sample_rate: int, central_freq: float,
-- Q: float = 0.707) -> Tensor: Signals (…×time) without what is around central_freq.
-- Example: torchaudio.functional.bandreject_biquad(torch.randn(1, 5), 8000, 1000).shape
function filters.bandreject_biquad(...) return bandreject(...) end

local band = named("band_biquad", "central_freq", {CENTRAL, Q, {"noise", kind = "boolean", default = false}},
  function(w, _, given, rate)
    local a2 = exp(-2 * math.pi * (given.central_freq / given.Q) / rate)
    local a1 = -4 * a2 / (1 + a2) * cos(w)
    local b0 = sqrt(1 - a1 * a1 / (4 * a2)) * (1 - a2)
    if given.noise then b0 = sqrt(((1 + a2) * (1 + a2) - a1 * a1) * (1 - a2) / (1 + a2)) end
    return b0, 0, 0, 1, a1, a2
  end)
--- torchaudio.functional.band_biquad(waveform: Tensor, sample_rate: int, central_freq: float, Q: float = 0.707,
-- noise: bool = false) -> Tensor: SoX's band filter of signals (…×time) around central_freq; noise: for
-- percussion, not for tones.
-- Example: torchaudio.functional.band_biquad(torch.randn(1, 5), 8000, 1000).shape
function filters.band_biquad(...) return band(...) end

local allpass = named("allpass_biquad", "central_freq", {CENTRAL, Q}, function(w, alpha)
  local c = cos(w)
  return 1 - alpha, -2 * c, 1 + alpha, 1 + alpha, -2 * c, 1 - alpha
end)
--- torchaudio.functional.allpass_biquad(waveform: Tensor, sample_rate: int, central_freq: float, Q: float = 0.707) ->
-- Tensor: Signals (…×time) whose phases are changed around central_freq.
-- Example: torchaudio.functional.allpass_biquad(torch.randn(1, 5), 8000, 1000).shape
function filters.allpass_biquad(...) return allpass(...) end

local GAIN <const> = {"gain", required = true}

local equalizer = named("equalizer_biquad", "center_freq", {{"center_freq", required = true}, GAIN, Q},
  function(w, alpha, given)
    local c, A = cos(w), exp(given.gain / 40 * math.log(10))
    return 1 + alpha * A, -2 * c, 1 - alpha * A, 1 + alpha / A, -2 * c, 1 - alpha / A
  end)
--- torchaudio.functional.equalizer_biquad(waveform: Tensor, sample_rate: int, center_freq: float, gain: float,
-- Q: float = 0.707) -> Tensor: Signals (…×time) raised by `gain` decibels around center_freq.
-- Example: torchaudio.functional.equalizer_biquad(torch.randn(1, 5), 8000, 1000, 6).shape
function filters.equalizer_biquad(...) return equalizer(...) end

--- b0 to a2 of a shelf; sign 1: above its frequency, -1: below it.
local function shelf(sign)
  return function(w, alpha, given)
    local A = exp(given.gain / 40 * math.log(10))
    local root, low, high = 2 * sqrt(A) * alpha, sign * (A - 1) * cos(w), sign * (A + 1) * cos(w)
    return A * (A + 1 + low + root), -sign * 2 * A * (A - 1 + high), A * (A + 1 + low - root), A + 1 - low + root,
      sign * 2 * (A - 1 - high), A + 1 - low - root
  end
end

local treble = named("treble_biquad", "central_freq", {GAIN, {"central_freq", default = 3000}, Q}, shelf(1))
--- torchaudio.functional.treble_biquad(waveform: Tensor, sample_rate: int, gain: float, central_freq: float = 3000,
-- Q: float = 0.707) -> Tensor: Signals (…×time) raised by `gain` decibels above central_freq.
-- Example: torchaudio.functional.treble_biquad(torch.randn(1, 5), 8000, 6).shape
function filters.treble_biquad(...) return treble(...) end

local bass = named("bass_biquad", "central_freq", {GAIN, {"central_freq", default = 100}, Q}, shelf(-1))
--- torchaudio.functional.bass_biquad(waveform: Tensor, sample_rate: int, gain: float, central_freq: float = 100,
-- Q: float = 0.707) -> Tensor: Signals (…×time) raised by `gain` decibels below central_freq.
-- Example: torchaudio.functional.bass_biquad(torch.randn(1, 5), 8000, 6).shape
function filters.bass_biquad(...) return bass(...) end

filters.two_poles = two_poles
return filters
