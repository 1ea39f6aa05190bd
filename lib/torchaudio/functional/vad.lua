--- Where speech begins: SoX's vad.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"

local vad = {}

--- The options after waveform and sample_rate, which the transform Vad takes too.
vad.OPTIONS = {argument.number("trigger_level", 7), argument.number("trigger_time", 0.25),
  argument.number("search_time", 1), argument.number("allowed_gap", 0.25), argument.number("pre_trigger_time", 0),
  argument.number("boot_time", 0.35), argument.number("noise_up_time", 0.1), argument.number("noise_down_time", 0.01),
  argument.number("noise_reduction_amount", 1.35), argument.number("measure_freq", 20),
  {"measure_duration", kind = "number"}, argument.number("measure_smooth_time", 0.4),
  argument.number("hp_filter_freq", 50), argument.number("lp_filter_freq", 6000),
  argument.number("hp_lifter_freq", 150), argument.number("lp_lifter_freq", 2000)}
local PARAMETERS <const> = {argument.tensor "waveform", argument.positive "sample_rate", table.unpack(vad.OPTIONS)}

local function floor(x) return math.tointeger(x // 1) end

--- A number of samples or measures; raises where it is absurd.
local function count(parameter, value, least)
  if not (value >= least and value < 2 ^ 31) then
    options.wrong("vad", parameter, nil, "a number that makes sense with the others", value)
  end
  return floor(value)
end

--- The lengths, bands and factors of a call.
local function plan_lengths(given)
  local rate, p = given.sample_rate, {level = given.trigger_level, reduction = given.noise_reduction_amount}
  if not (given.measure_freq > 0 and given.measure_freq < 2 ^ 31) then
    options.wrong("vad", "measure_freq", nil, "a positive number", given.measure_freq)
  end
  p.size = count("measure_duration", rate * (given.measure_duration or 2 / given.measure_freq) + 0.5, 1)
  p.dft = 16
  while p.dft < p.size do p.dft = p.dft * 2 end
  p.period = count("measure_freq", rate / given.measure_freq + 0.5, 1)
  p.measures = count("search_time", -(-given.search_time * given.measure_freq // 1), 1)
  p.gap = count("allowed_gap", given.allowed_gap * given.measure_freq + 0.5, 0)
  p.before = count("pre_trigger_time", given.pre_trigger_time * rate + 0.5, 0)
  p.first = math.max(count("hp_filter_freq", given.hp_filter_freq / rate * p.dft + 0.5, 0), 1)
  p.last = math.min(count("lp_filter_freq", given.lp_filter_freq / rate * p.dft + 0.5, 0), p.dft // 2)
  if p.last <= p.first then
    options.wrong("vad", "lp_filter_freq", nil, "a frequency above hp_filter_freq", given.lp_filter_freq)
  end
  if not (given.lp_lifter_freq > 0 and given.hp_lifter_freq > 0) then
    options.wrong("vad", "lp_lifter_freq", nil, "positive frequencies", given.lp_lifter_freq)
  end
  p.quefrency = count("lp_lifter_freq", -(-rate * 0.5 / given.lp_lifter_freq // 1), 0)
  p.quefrency_end = math.min(count("hp_lifter_freq", rate * 0.5 / given.hp_lifter_freq, 0), p.dft // 4)
  if p.quefrency_end <= p.quefrency then
    options.wrong("vad", "hp_lifter_freq", nil, "a frequency below lp_lifter_freq", given.hp_lifter_freq)
  end
  return p
end

local function plan_of(given)
  local p = plan_lengths(given)
  local function fade(seconds) return math.exp(-1 / (seconds * given.measure_freq)) end
  p.up, p.down, p.smooth = fade(given.noise_up_time), fade(given.noise_down_time), fade(given.measure_smooth_time)
  p.trigger = fade(given.trigger_time)
  p.boot = math.max(-1, floor(math.max(given.boot_time * given.measure_freq - 0.5, 0)))
  p.window = torch.hann_window(p.size) * (2 / p.size ^ 0.5)
  local bins = p.last - p.first
  p.lifter = torch.hann_window(bins) * (2 / bins ^ 0.5)
  return p
end

--- How much like speech the frame is: the height of the cepstrum in the band of pitches. `channel` has the spectra of
-- signal and noise so far; boot: how many frames there were, negative after the first ones.
local function measure(p, channel, frame, boot)
  local bins = p.last - p.first
  local spectrum = torch.fft.rfft(torch.nn.functional.pad(frame * p.window, {0, p.dft - p.size}))
  local now = spectrum:narrow(1, p.first + 1, bins):abs()
  local keep = boot >= 0 and boot / (1 + boot) or p.smooth
  channel.signal = channel.signal * keep + now * (1 - keep)
  local power = channel.signal:square()
  if boot >= 0 then channel.noise = power
  else
    local factor = torch.where(power:gt(channel.noise), torch.full_like(power, p.up), torch.full_like(power, p.down))
    channel.noise = channel.noise * factor + power * (1 - factor)
  end
  local clean = (power - p.reduction * channel.noise):clamp({min = 0}):sqrt() * p.lifter
  local cepstrum = torch.fft.rfft(torch.nn.functional.pad(clean, {p.first, p.dft // 2 - p.last}))
  local band = cepstrum:narrow(1, p.quefrency + 1, p.quefrency_end - p.quefrency)
  local height = band:abs():square():sum():item()
  return height > 0 and math.max(0, 21 + math.log(height / (p.quefrency_end - p.quefrency))) or 0
end

--- Of the last measures of a channel, newest at `index` (from 0): how many are to be kept before the trigger.
local function kept_measures(p, measures, index)
  local n = p.measures
  local trigger, zero, k, last = n, n, index, 0
  for j = 0, n - 1 do
    last = j
    if measures[k] >= p.level and j <= trigger + p.gap then zero, trigger = j, j
    elseif measures[k] == 0 and trigger >= zero then zero = j end
    k = (k + n - 1) % n
  end
  return math.min(last, zero)
end

--- The first number of the signals x (C×time) that belongs to speech, from 0; nil: there is none.
local function find(p, x)
  local channels, bins = {}, p.last - p.first
  for c = 1, x:size(1) do
    channels[c] = {signal = torch.zeros(bins), noise = torch.zeros(bins), mean = 0, measures = {}}
    for k = 0, p.measures - 1 do channels[c].measures[k] = 0 end
  end
  local index, boot, flushed = 0, 0, 0
  for at = p.size, x:size(2) - 1, p.period do
    local found = false
    for c, channel in ipairs(channels) do
      local value = measure(p, channel, x[c]:narrow(1, at - p.size + 1, p.size), boot)
      channel.measures[index] = value
      channel.mean = channel.mean * p.trigger + value * (1 - p.trigger)
      found = found or channel.mean >= p.level
      if found then flushed = math.min(math.max(flushed, kept_measures(p, channel.measures, index)), p.measures) end
    end
    index = (index + 1) % p.measures
    if boot >= 0 then boot = boot == p.boot and -1 or boot + 1 end
    if found then
      local room = p.before + p.measures * p.period + p.size
      return math.max(at - room + (p.measures - flushed) * p.period, 0)
    end
  end
end

--- torchaudio.functional.vad(waveform: Tensor, sample_rate: int, trigger_level: float = 7, trigger_time: float =
-- 0.25, search_time: float = 1, allowed_gap: float = 0.25, pre_trigger_time: float = 0, boot_time: float = 0.35,
-- noise_up_time: float = 0.1, noise_down_time: float = 0.01, noise_reduction_amount: float = 1.35, measure_freq:
-- float = 20, measure_duration: float|nil = nil, measure_smooth_time: float = 0.4, hp_filter_freq: float = 50,
-- lp_filter_freq: float = 6000, hp_lifter_freq: float = 150, lp_lifter_freq: float = 2000) -> Tensor: A signal (time)
-- or (channels×time) without what is before the first speech, which is found by the height of its cepstrum, as SoX
-- does. trigger_level: how much like speech it must be; search_time: how far before the trigger speech may begin;
-- boot_time: of the first estimate of the noise. Times are seconds, frequencies Hz.
-- Example: torchaudio.functional.vad(torch.zeros(1, 4000), 8000).shape
function vad.vad(...)
  local given = options.read("vad", PARAMETERS, ...)
  local whole = argument.wave("vad", "waveform", 1, given.waveform)
  if whole.ndim > 2 then options.wrong("vad", "waveform", 1, "(time) or (channels×time)", whole) end
  local p = plan_of(given)
  local x = whole.ndim == 1 and whole:unsqueeze(1) or whole
  local start = torch.no_grad(find, p, x:detach():cpu():float())
  local n = x:size(2)
  local y
  if start then y = x:narrow(2, start + 1, n - start)
  elseif n >= p.before then y = x:narrow(2, 1, p.before)
  else
    local at = n > p.size and p.size + (n - 1 - p.size) // p.period * p.period or 0
    start = math.max(at - p.before - p.measures * p.period - p.size, 0)
    y = x:narrow(2, start + 1, n - start)
  end
  return whole.ndim == 1 and y:squeeze(1) or y
end

return vad
