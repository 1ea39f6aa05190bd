--- Effects of music: gains, distortion, delays that change.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"
local recursion = require "torchaudio.functional.recursion"

local effects = {}

--- torchaudio.functional.gain(waveform: Tensor, gain_db: float = 1) -> Tensor: Signals times 10 ^ (gain_db / 20).
-- Example: torchaudio.functional.gain(torch.ones(2), 20)
function effects.gain(...)
  local given = options.read("gain", {argument.tensor "waveform", argument.number("gain_db", 1)}, ...)
  if given.gain_db == 0 then return given.waveform end
  return argument.wave("gain", "waveform", 1, given.waveform, 0) * 10 ^ (given.gain_db / 20)
end

--- torchaudio.functional.contrast(waveform: Tensor, enhancement_amount: float = 75) -> Tensor: Signals that sound
-- louder; enhancement_amount from 0 to 100.
-- Example: torchaudio.functional.contrast(torch.tensor({0, 0.5, 1}))
function effects.contrast(...)
  local given = options.read("contrast", {argument.tensor "waveform", argument.number("enhancement_amount", 75)}, ...)
  argument.wave("contrast", "waveform", 1, given.waveform, 0)
  argument.range("contrast", "enhancement_amount", 2, given.enhancement_amount, 0, 100)
  local x = given.waveform * (math.pi / 2)
  return torch.sin(x + given.enhancement_amount / 750 * torch.sin(x * 4))
end

--- torchaudio.functional.dcshift(waveform: Tensor, shift: float, limiter_gain: float|nil = nil) -> Tensor: Signals
-- plus `shift`, kept in [-1, 1]. limiter_gain: peaks on the side of the shift are pressed together instead of cut.
-- Example: torchaudio.functional.dcshift(torch.tensor({0, 0.9}), 0.2)
function effects.dcshift(...)
  local given = options.read("dcshift", {argument.tensor "waveform", argument.number "shift",
    {"limiter_gain", kind = "number"}}, ...)
  local x, shift, limit = argument.wave("dcshift", "waveform", 1, given.waveform, 0), given.shift, given.limiter_gain
  local shifted = (x + shift):clamp(-1, 1)
  if limit == nil or shift == 0 then return shifted end
  local edge = 1 - (math.abs(shift) - limit)
  local sign = shift > 0 and 1 or -1
  local pressed = (x * sign - edge) * (limit / (1 - edge)) + edge + math.abs(shift)
  return torch.where((x * sign):gt(edge), pressed:clamp({max = edge}) * sign, shifted)
end

-- ---- dither ------------------------------------------------------------------------------------

local DENSITIES <const> = {"TPDF", "RPDF", "GPDF"}

local function draw(n) return n > 0 and torch.randint(n, {1}):item() or 0 end -- from 0

--- What is added to signals (B×time) of 16 bits before they are rounded.
local function dithering(x, density)
  local channels, times = x:size(1), x:size(2)
  local function one() return x[draw(channels - 1) + 1][draw(times - 1) + 1] end
  if density == "RPDF" then return one() - 0.5 end
  if density == "TPDF" then return torch.bartlett_window(times, {dtype = x.dtype, device = x.device}) end
  local sum = one()
  for _ = 1, 6 do sum = sum + one() end
  return sum
end

--- torchaudio.functional.dither(waveform: Tensor, density_function: string = "TPDF", noise_shaping: bool = false) ->
-- Tensor: Signals (…×time) rounded to 16 bits after what hides the rounding is added: "TPDF" (a triangle over
-- time), "RPDF" or "GPDF" (numbers of the signal at one, or seven, random places). noise_shaping: the error of each
-- number is added to the next.
-- Example: torchaudio.functional.dither(torch.tensor({{0.1, 0.2, 0.3}}))
function effects.dither(...)
  local given = options.read("dither", {argument.tensor "waveform",
    {"density_function", kind = "string", default = "TPDF"}, {"noise_shaping", kind = "boolean", default = false}},
    ...)
  argument.word("dither", "density_function", 2, given.density_function, DENSITIES)
  local x, restore = argument.flat(argument.wave("dither", "waveform", 1, given.waveform), 1)
  if x:numel() == 0 then return given.waveform end
  local y = torch.round(x * 32766 + dithering(x, given.density_function)) / 32768
  if given.noise_shaping then y = y + torch.nn.functional.pad((y - x):narrow(2, 1, x:size(2) - 1), {1, 0}) end
  return restore(y)
end

-- ---- effects that remember ------------------------------------------------------------------------

--- Signals (B×time) of the host, in memory of their own, as the loops in C take them; and how the result goes back.
local function read_host(name, x)
  local flat, restore = argument.flat(argument.wave(name, "waveform", 1, x), 1)
  if x.requires_grad and torch.is_grad_enabled() then
    options.raise(name .. ": 'waveform' (argument 1): has no gradient; use x:detach() or torch.no_grad")
  end
  local wide = flat:detach():cpu()
  if wide.dtype ~= torch.float64 then wide = wide:float() end
  return wide:contiguous(), function(y) return restore(y:clamp(-1, 1):to(x.dtype):to(x.device)) end
end

--- torchaudio.functional.overdrive(waveform: Tensor, gain: float = 20, colour: float = 20) -> Tensor: Signals
-- (…×time) raised by `gain` decibels and bent at the top, as an amplifier that is driven too far; colour: how much
-- of even overtones. No gradient.
-- Example: torchaudio.functional.overdrive(torch.tensor({{0.1, 0.5, -0.5}}))
function effects.overdrive(...)
  local given = options.read("overdrive", {argument.tensor "waveform", argument.number("gain", 20),
    argument.number("colour", 20)}, ...)
  local x, finish = read_host("overdrive", given.waveform)
  local bent = (x * 10 ^ (given.gain / 20) + given.colour / 200):clamp(-1, 1)
  bent = bent - bent ^ 3 / 3
  return finish(recursion.overdrive(x, bent))
end

--- One period of a slow wave between two numbers, as a table.
local function slow_wave(sinusoidal, size, low, high, phase)
  local offset = math.tointeger((phase / math.pi / 2 * size + 0.5) // 1)
  local point = (torch.arange(size, {dtype = torch.int64}) + offset) % size
  local place = point:double() / size
  local wave
  if sinusoidal then wave = (torch.sin(place * 2 * math.pi) + 1) / 2
  else
    local quarter = torch.div(point * 4, size, {rounding_mode = "floor"})
    wave = torch.where(quarter:eq(0), place * 2 + 0.5, torch.where(quarter:eq(3), place * 2 - 1.5, 1.5 - place * 2))
  end
  return wave * (high - low) + low
end

--- The length of a period; raises where it is not possible.
local function period(name, position, parameter, rate, speed, add)
  local size = speed > 0 and rate / speed + add or math.huge
  if not (size < 2 ^ 31 and size >= 1) then options.wrong(name, parameter, position, "a positive speed", speed) end
  return math.tointeger(size // 1)
end

--- torchaudio.functional.phaser(waveform: Tensor, sample_rate: int, gain_in: float = 0.4, gain_out: float = 0.74,
-- delay_ms: float = 3, decay: float = 0.4, mod_speed: float = 0.5, sinusoidal: bool = true) -> Tensor: Signals
-- (…×time) with themselves a little later, up to delay_ms milliseconds by a slow wave of mod_speed Hz. No
-- gradient.
-- Example: torchaudio.functional.phaser(torch.randn(1, 100), 8000).shape
function effects.phaser(...)
  local given = options.read("phaser", {argument.tensor "waveform", argument.positive "sample_rate",
    argument.number("gain_in", 0.4), argument.number("gain_out", 0.74), argument.number("delay_ms", 3),
    argument.number("decay", 0.4), argument.number("mod_speed", 0.5), {"sinusoidal", kind = "boolean", default = true}},
    ...)
  local x, finish = read_host("phaser", given.waveform)
  local delay = given.delay_ms * 0.001 * given.sample_rate + 0.5
  if not (delay >= 1 and delay < 2 ^ 31) then
    options.wrong("phaser", "delay_ms", 5, "a delay of at least one number", given.delay_ms)
  end
  delay = math.tointeger(delay // 1)
  local wave = slow_wave(given.sinusoidal, period("phaser", 7, "mod_speed", given.sample_rate, given.mod_speed, 0.5), 1,
    delay, math.pi / 2)
  wave = (wave + 0.5):floor():long() -- all are positive
  return finish(recursion.phaser(x * given.gain_in, wave, delay, given.decay) * given.gain_out)
end

local FLANGER <const> = {argument.tensor "waveform", argument.positive "sample_rate", argument.number("delay", 0),
  argument.number("depth", 2), argument.number("regen", 0), argument.number("width", 71),
  argument.number("speed", 0.5), argument.number("phase", 25),
  {"modulation", kind = "string", default = "sinusoidal"}, {"interpolation", kind = "string", default = "linear"}}

local function check_flanger(given)
  local x = argument.wave("flanger", "waveform", 1, given.waveform, 2)
  if x:size(-2) > 4 then options.wrong("flanger", "waveform", 1, "at most 4 channels", x) end
  argument.word("flanger", "modulation", 9, given.modulation, {"sinusoidal", "triangular"})
  argument.word("flanger", "interpolation", 10, given.interpolation, {"linear", "quadratic"})
  argument.range("flanger", "delay", 3, given.delay, 0, 30)
  argument.range("flanger", "depth", 4, given.depth, 0, 10)
  argument.range("flanger", "regen", 5, given.regen, -95, 95)
  argument.range("flanger", "width", 6, given.width, 0, 100)
  argument.range("flanger", "phase", 8, given.phase, 0, 100)
end

--- torchaudio.functional.flanger(waveform: Tensor, sample_rate: int, delay: float = 0, depth: float = 2, regen: float
-- = 0, width: float = 71, speed: float = 0.5, phase: float = 25, modulation: string = "sinusoidal", interpolation:
-- string = "linear") -> Tensor: Signals (…×channels×time) with themselves a little later: `delay` milliseconds (0
-- to 30) and up to `depth` more (0 to 10), by a slow wave of `speed` Hz, "sinusoidal" or "triangular". regen (-95 to
-- 95): how much in a hundred goes round again; width (0 to 100): how much is added; phase: by how much of a period
-- each channel is behind the one before. interpolation: "linear" or "quadratic". No gradient.
-- Example: torchaudio.functional.flanger(torch.randn(1, 100), 8000).shape
function effects.flanger(...)
  local given = options.read("flanger", FLANGER, ...)
  check_flanger(given)
  local x, finish = read_host("flanger", given.waveform)
  local rate, feedback, added = given.sample_rate, given.regen / 100, given.width / 100
  local least, depth = given.delay / 1000, given.depth / 1000
  local room = math.tointeger(((least + depth) * rate + 0.5) // 1) + 2
  if room > 2 ^ 31 then options.wrong("flanger", "sample_rate", 2, "a rate of sound", rate) end
  local size = period("flanger", 7, "speed", rate, given.speed, 0)
  local wave = slow_wave(given.modulation == "sinusoidal", size, (least * rate + 0.5) // 1, room - 2,
    3 * math.pi / 2):float()
  return finish(recursion.flanger(x, wave:double(), {channels = given.waveform:size(-2), room = room,
    quadratic = given.interpolation == "quadratic", phase = given.phase / 100, feedback = feedback,
    gain_in = 1 / (1 + added), gain_delayed = added / (1 + added) * (1 - math.abs(feedback))}))
end

return effects
