-- What stft and istft share: the window, frames and how they are added up.
local options = require "torch.utils.options"

local spectrum = {}

local BASE <const> = {{"input", kind = "tensor", required = true}, {"n_fft", kind = "positive", required = true},
  {"hop_length", kind = "positive"}, {"win_length", kind = "positive"}, {"window", kind = "tensor"},
  {"center", kind = "boolean", default = true}}
local function with(...)
  local list = table.move(BASE, 1, #BASE, 1, {})
  for _, parameter in ipairs {...} do list[#list + 1] = parameter end
  return list
end
spectrum.FORWARD = with({"pad_mode", kind = "string", default = "reflect"},
  {"normalized", kind = "boolean", default = false}, {"onesided", kind = "boolean"},
  {"return_complex", kind = "boolean", default = true})
spectrum.INVERSE = with({"normalized", kind = "boolean", default = false}, {"onesided", kind = "boolean"},
  {"length", kind = "count"}, {"return_complex", kind = "boolean", default = false})

--- The window of n_fft numbers: the given one, or ones, with zeros at both sides; and the hop. `real`: the dtype of
-- the parts of the numbers.
function spectrum.window(name, given, real)
  local n, hop = given.n_fft, given.hop_length or given.n_fft // 4
  local length = given.win_length or n
  if hop < 1 then options.wrong(name, "hop_length", 3, "a positive integer", hop) end
  if length > n then options.wrong(name, "win_length", 4, ("at most n_fft = %d"):format(n), length) end
  local window = given.window
  if window == nil then window = torch.ones({length}, {dtype = real, device = given.input.device})
  elseif window.ndim ~= 1 or window:size(1) ~= length then
    options.wrong(name, "window", 5, ("a vector of %d elements"):format(length), window)
  end
  local left = (n - length) // 2
  if length < n then window = torch.nn.functional.pad(window, {left, n - length - left}) end
  return window, hop
end

--- The dtype of the parts of x.
function spectrum.real_dtype(x)
  return (x.dtype == torch.float64 or x.dtype == torch.complex128) and torch.float64 or torch.float32
end

--- Whether frames of real signals may go through the kernels that take them in one pass: no gradient is wanted of x or
-- the window, and their numbers are those of the kernels.
function spectrum.direct(x, window)
  local wanted = torch.is_grad_enabled() and (x.requires_grad or window.requires_grad)
  return not wanted and x.device.type == "cpu" and (x.dtype == torch.float32 or x.dtype == torch.float64)
    and window.dtype == x.dtype
end

--- frames (B×T×n) added up, each `hop` after the one before: (B × n + hop (T - 1)).
function spectrum.overlap(frames, hop)
  local batch, count, n = frames:size(1), frames:size(2), frames:size(3)
  local starts = torch.arange(0, count * hop, hop, {device = frames.device}):unsqueeze(2)
  local places = (starts + torch.arange(1, n + 1, {device = frames.device})):reshape(-1)
  local zeros = frames:new_zeros({batch, n + hop * (count - 1)})
  return zeros:index_add(2, places, frames:reshape(batch, count * n))
end

return spectrum
