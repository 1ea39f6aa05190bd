--- Signals with signals: convolution and noise.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"

local mixing = {}

local MODES <const> = {"full", "valid", "same"}
function mixing.check_mode(name, position, mode) return argument.word(name, "mode", position, mode, MODES) end

local function read_pair(name, ...)
  local given = options.read(name, {argument.tensor "x", argument.tensor "y",
    {"mode", kind = "string", default = "full"}}, ...)
  local x, y = argument.wave(name, "x", 1, given.x), argument.wave(name, "y", 2, given.y)
  mixing.check_mode(name, 3, given.mode)
  local fits = x.ndim == y.ndim
  for i = 1, fits and x.ndim - 1 or 0 do
    fits = fits and (x:size(i) == y:size(i) or x:size(i) == 1 or y:size(i) == 1)
  end
  if not fits then
    options.wrong(name, "y", 2, ("signals beside those of 'x', (%s)"):format(table.concat(x.shape, "×")), y)
  end
  if x:size(-1) < 1 or y:size(-1) < 1 then options.wrong(name, "x", 1, "at least one number", x) end
  return x, y, given.mode
end

--- The part of the whole convolution that `mode` asks for.
local function part(whole, n, m, mode)
  if mode == "full" then return whole end
  local length = mode == "same" and n or math.max(n, m) - math.min(n, m) + 1
  return whole:narrow(-1, (whole:size(-1) - length) // 2 + 1, length)
end

local public = {}
mixing.public = public

--- torchaudio.functional.fftconvolve(x: Tensor, y: Tensor, mode: string = "full") -> Tensor: The convolution of
-- signals (…×N) with others (…×M) along the last dimension, by Fourier transforms: "full" (N + M - 1 numbers),
-- "valid" (where both overlap wholly) or "same" (the N in the middle).
-- Example: torchaudio.functional.fftconvolve(torch.ones(3), torch.ones(2))
function public.fftconvolve(...)
  local x, y, mode = read_pair("fftconvolve", ...)
  local n, m = x:size(-1), y:size(-1)
  local whole = torch.fft.irfft(torch.fft.rfft(x, n + m - 1) * torch.fft.rfft(y, n + m - 1), n + m - 1)
  return part(whole, n, m, mode)
end

--- torchaudio.functional.convolve(x: Tensor, y: Tensor, mode: string = "full") -> Tensor: The convolution of signals
-- (…×N) with others (…×M) along the last dimension, as sums; the modes as for fftconvolve.
-- Example: torchaudio.functional.convolve(torch.ones(3), torch.ones(2))
function public.convolve(...)
  local x, y, mode = read_pair("convolve", ...)
  local n, m = x:size(-1), y:size(-1)
  if n < m then x, y = y, x end
  local lead = {}
  for i = 1, x.ndim - 1 do lead[i] = math.max(x:size(i), y:size(i)) end
  local function rows(t)
    local shape = table.move(lead, 1, #lead, 1, {})
    shape[#shape + 1] = t:size(-1)
    return t:expand(shape):reshape(1, -1, t:size(-1))
  end
  local longer = torch.nn.functional.pad(rows(x), {0, math.min(n, m) - 1})
  local whole = torch._C.call("lag_filter", longer, rows(y):squeeze(1))
  lead[#lead + 1] = n + m - 1
  return part(whole:reshape(lead), n, m, mode)
end

local function check_noise(given)
  local x, noise, snr, lengths = given.waveform, given.noise, given.snr, given.lengths
  argument.wave("add_noise", "waveform", 1, x)
  argument.wave("add_noise", "noise", 2, noise)
  if noise.ndim ~= x.ndim or noise:size(-1) ~= x:size(-1) then
    options.wrong("add_noise", "noise", 2, ("as many dimensions and numbers as 'waveform', (%s)"):format(
      table.concat(x.shape, "×")), noise)
  end
  if snr.ndim ~= x.ndim - 1 then
    options.wrong("add_noise", "snr", 3, "a ratio for each signal, without the dimension of time", snr)
  end
  if lengths and lengths.ndim ~= snr.ndim then
    options.wrong("add_noise", "lengths", 4, "a length for each signal", lengths)
  end
end

--- torchaudio.functional.add_noise(waveform: Tensor, noise: Tensor, snr: Tensor, lengths: Tensor|nil = nil) ->
-- Tensor: Signals (…×time) with noise (…×time), which is scaled to a ratio of energies of snr (…) decibels;
-- only the first `lengths` numbers count for the energies.
-- Example: torchaudio.functional.add_noise(torch.ones(1, 4), torch.ones(1, 4), torch.tensor({20.}))
function public.add_noise(...)
  local given = options.read("add_noise", {argument.tensor "waveform", argument.tensor "noise", argument.tensor "snr",
    {"lengths", kind = "tensor"}}, ...)
  check_noise(given)
  local x, noise, n = given.waveform, given.noise, given.noise
  local signal = x
  if given.lengths then
    local mask = torch.arange(x:size(-1), {device = x.device}):lt(given.lengths:unsqueeze(-1)):to(x.dtype)
    signal, n = x * mask, noise * mask
  end
  local ratio = 10 * (signal:square():sum(-1):log10() - n:square():sum(-1):log10())
  return x + torch.pow(10, (ratio - given.snr) / 20):unsqueeze(-1) * noise
end

return mixing
