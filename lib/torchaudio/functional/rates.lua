--- Signals at other rates, speeds and pitches.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"
local spectra = require "torchaudio.functional.spectra".public

local rates = {}
local public = {}
rates.public = public

local METHODS <const> = {"sinc_interp_hann", "sinc_interp_kaiser"}

local function gcd(a, b)
  while b ~= 0 do a, b = b, a % b end
  return a
end

--- How a resampling goes, checked: frequencies without common factors, half the width of the filter in numbers of the
-- signal. `given` has the fields of resample.
function rates.plan(name, given)
  local common = gcd(given.orig_freq, given.new_freq)
  local plan = {from = given.orig_freq // common, to = given.new_freq // common, method = given.resampling_method,
    lobes = given.lowpass_filter_width, rolloff = given.rolloff, beta = given.beta or 14.769656459379492}
  argument.word(name, "resampling_method", nil, plan.method, METHODS)
  if not (plan.rolloff > 0 and plan.rolloff < math.huge) then
    options.wrong(name, "rolloff", nil, "a positive number", plan.rolloff)
  end
  plan.base = math.min(plan.from, plan.to) * plan.rolloff
  plan.width = math.ceil(plan.lobes * plan.from / plan.base)
  options.room(name, {plan.to, 2 * plan.width + 2})
  return plan
end

--- The filter: a row of 2 · width + 2 weights for each of `to` results, a sinc in a window (Smith's "Digital audio
-- resampling"). The weights of result j belong to the numbers from j · from // to - width on. `dtype`: that of the
-- result; nil: computed in float64, in float32 in the end.
function rates.kernel(plan, dtype, device)
  local row = torch.arange(plan.to, {dtype = torch.int64, device = device}):unsqueeze(2)
  local first = torch.div(row * plan.from, plan.to, {rounding_mode = "floor"}) - plan.width
  local numbers = (first + torch.arange(2 * plan.width + 2, {dtype = torch.int64, device = device})):double()
  local t = (numbers / plan.from - row:double() / plan.to) * plan.base
  t = t:clamp(-plan.lobes, plan.lobes)
  local window
  if plan.method == METHODS[1] then window = torch.cos(t * (math.pi / plan.lobes / 2)):square()
  else
    local beta = torch.tensor(plan.beta, {dtype = torch.float32, device = device}) -- a number of 32 bits in PyTorch too
    window = torch.i0(beta * torch.sqrt(1 - (t / plan.lobes):square())) / torch.i0(beta)
  end
  t = t * math.pi
  local kernel = torch.where(t:eq(0), torch.ones_like(t), t:sin() / t) * window * (plan.base / plan.from)
  return kernel:to(dtype or torch.float32)
end

--- Signals (…×time) through the filter.
function rates.apply(x, plan, kernel)
  local flat, restore = argument.flat(x, 1)
  local length = flat:size(2)
  local longer = -(-plan.to * length // plan.from)
  return restore(torch._C.call("polyphase", flat, kernel:detach(), plan.from, longer))
end

-- Filters by what they depend on, as long as the collector lets them.
local kept = setmetatable({}, {__mode = "v"})

local function kept_kernel(plan, dtype, device)
  local key = ("%d %d %s %d %.17g %.17g %s %s"):format(plan.from, plan.to, plan.method, plan.lobes, plan.rolloff,
    plan.beta, dtype, device)
  local kernel = kept[key] or torch.no_grad(rates.kernel, plan, dtype, device)
  kept[key] = kernel
  return kernel
end

--- What resample and the transform Resample take beside the frequencies.
rates.OPTIONS = {argument.positive("lowpass_filter_width", 6), argument.number("rolloff", 0.99),
  {"resampling_method", kind = "string", default = METHODS[1]}, {"beta", kind = "number"}}

local RESAMPLE <const> = {argument.tensor "waveform", argument.positive "orig_freq", argument.positive "new_freq",
  table.unpack(rates.OPTIONS)}

--- torchaudio.functional.resample(waveform: Tensor, orig_freq: int, new_freq: int, lowpass_filter_width: int = 6,
-- rolloff: float = 0.99, resampling_method: string = "sinc_interp_hann", beta: float|nil = nil) -> Tensor: Signals
-- (…×time) at new_freq numbers a second instead of orig_freq: each result is a sum of its neighbours with the
-- weights of a sinc in a window, whose lowpass_filter_width zeros at each side it keeps. rolloff: the edge of the
-- filter, as a share of the lower Nyquist frequency. "sinc_interp_kaiser": Kaiser's window with beta.
-- Example: torchaudio.functional.resample(torch.ones(1, 8), 4, 2).shape
function public.resample(...)
  local given = options.read("resample", RESAMPLE, ...)
  local x = argument.wave("resample", "waveform", 1, given.waveform)
  local plan = rates.plan("resample", given)
  if plan.from == plan.to then return x end
  return rates.apply(x, plan, kept_kernel(plan, x.dtype, x.device))
end

--- torchaudio.functional.speed(waveform: Tensor, orig_freq: int, factor: float, lengths: Tensor|nil = nil) -> Tensor,
-- Tensor: Signals (…×time) `factor` times as fast, which changes their pitches too; and `lengths` of the signals
-- afterwards.
-- Example: torchaudio.functional.speed(torch.ones(1, 8), 8000, 2)
function public.speed(...)
  local given = options.read("speed", {argument.tensor "waveform", argument.positive "orig_freq",
    argument.number "factor", {"lengths", kind = "tensor"}}, ...)
  local x = argument.wave("speed", "waveform", 1, given.waveform)
  local from, to = rates.speeds("speed", given.orig_freq, given.factor)
  return public.resample(x, from, to), rates.lengths(given.lengths, from, to)
end

--- The frequencies between which a change of speed resamples.
function rates.speeds(name, frequency, factor)
  local from = factor * frequency < 2 ^ 53 and math.tointeger(factor * frequency // 1)
  if not from or from < 1 then options.wrong(name, "factor", nil, "a number that orig_freq allows", factor) end
  local common = gcd(from, frequency)
  return from // common, frequency // common
end

function rates.lengths(lengths, from, to)
  return lengths and torch.ceil(lengths:double() * to / from):to(lengths.dtype)
end

-- ---- pitch -------------------------------------------------------------------------------------

--- What of pitch_shift is checked and worked out: window, hop and the rate by which the signal becomes longer.
function rates.shift(name, given)
  local n = given.n_fft
  local shift = {n_fft = n, win_length = given.win_length or n, rate = 2 ^ (-given.n_steps / given.bins_per_octave)}
  shift.hop = given.hop_length or given.hop_default or n // 4
  shift.orig_freq = given.sample_rate / shift.rate
  if not (shift.orig_freq < 2 ^ 40 and shift.orig_freq >= 1) then
    options.wrong(name, "n_steps", nil, "a shift that keeps frequencies within bounds", given.n_steps)
  end
  shift.orig_freq = math.tointeger(shift.orig_freq // 1)
  return shift
end

--- Signals (…×time) 1 / rate times as long with the same pitches, then played as fast as before.
function rates.shifted(x, given, shift, window)
  local flat, restore = argument.flat(x, 1)
  local length = flat:size(2)
  local y = torch.stft(flat, shift.n_fft, shift.hop, shift.win_length, window)
  local advance = torch.linspace(0, math.pi * shift.hop, y:size(2), {device = x.device, dtype = x.dtype}):unsqueeze(2)
  y = spectra.phase_vocoder(y, shift.rate, advance)
  local longer = math.tointeger((length / shift.rate + 0.5) // 1)
  local stretched = torch.istft(y, shift.n_fft, shift.hop, shift.win_length, window, {length = longer})
  local out = public.resample(stretched, shift.orig_freq, given.sample_rate)
  local now = out:size(2)
  return restore(now > length and out:narrow(2, 1, length) or torch.nn.functional.pad(out, {0, length - now}))
end

--- torchaudio.functional.pitch_shift(waveform: Tensor, sample_rate: int, n_steps: int, bins_per_octave: int = 12,
-- n_fft: int = 512, win_length: int|nil = nil, hop_length: int|nil = nil, window: Tensor|nil = nil) -> Tensor:
-- Signals (…×time) n_steps higher (of which bins_per_octave make an octave), as long as before. The frames of the
-- transform have n_fft numbers, a window of win_length (n_fft; Hann's by default), every hop_length (n_fft // 4).
-- Example: torchaudio.functional.pitch_shift(torch.randn(1, 1000), 8000, 2).shape
function public.pitch_shift(...)
  local given = options.read("pitch_shift", {argument.tensor "waveform", argument.positive "sample_rate",
    {"n_steps", kind = "number", required = true}, argument.positive("bins_per_octave", 12),
    argument.positive("n_fft", 512), {"win_length", kind = "positive"}, {"hop_length", kind = "positive"},
    {"window", kind = "tensor"}}, ...)
  local x = argument.wave("pitch_shift", "waveform", 1, given.waveform)
  local shift = rates.shift("pitch_shift", given)
  local window = given.window or torch.hann_window(shift.win_length, {device = x.device, dtype = x.dtype})
  return rates.shifted(x, given, shift, window)
end

return rates
