local options = require "torch.utils.options"
local spectrum = require "torch.utils.spectrum"

-- The spectra as (B × frames × frequencies), and whether there was no batch.
local function read_input(x)
  if not torch.is_complex(x) then
    if x.ndim < 3 or x:size(-1) ~= 2 then
      options.wrong("istft", "input", 1, "complex numbers, or their parts in a last dimension of 2", x)
    end
    x = torch.view_as_complex(x:contiguous())
  end
  if x.ndim ~= 2 and x.ndim ~= 3 then
    options.wrong("istft", "input", 1, "(frequencies×frames), or a batch of them", x)
  end
  if x:numel() == 0 then options.wrong("istft", "input", 1, "elements", x) end
  local single = x.ndim == 2
  return (single and x:unsqueeze(1) or x):transpose(2, 3), single
end

-- The frames in time.
local function frames_of(x, given, onesided)
  local n = given.n_fft
  if x:size(3) ~= (onesided and n // 2 + 1 or n) then
    options.wrong("istft", "input", 1, ("%d frequencies"):format(onesided and n // 2 + 1 or n), given.input)
  end
  if given.normalized then x = x * n ^ 0.5 end
  if given.return_complex then
    if onesided then options.raise "istft: 'return_complex': one side of a spectrum is that of real numbers" end
    return torch.fft.ifft(x)
  end
  return torch.fft.irfft(x, n) -- of real signals the first half of the frequencies says all
end

--- torch.istft(input: Tensor, n_fft: int, hop_length: int = nil, win_length: int = nil, window: Tensor = nil, center:
-- bool = true, normalized: bool = false, onesided: bool = nil, length: int = nil, return_complex: bool = false) ->
-- Tensor: The signal whose stft with the same arguments is nearest to input (frequencies × frames, or a batch of
-- them). Where the squares of the shifted windows add up to nothing the signal is not determined, which is an error.
-- length: cut, or filled up with zeros, to that many numbers.
-- Example: torch.istft(torch.stft(torch.ones(8), 4), 4)
return function(...)
  local given = options.read("istft", spectrum.INVERSE, ...)
  local x, single = read_input(given.input)
  local window, hop = spectrum.window("istft", given, spectrum.real_dtype(x))
  local onesided = given.onesided
  if onesided == nil then onesided = x:size(3) ~= given.n_fft end
  local y = spectrum.overlap(frames_of(x, given, onesided) * window, hop)
  local weight = spectrum.overlap(window:square():expand({1, x:size(2), given.n_fft}), hop)
  local from = given.center and given.n_fft // 2 or 0
  local to = given.length and from + given.length or y:size(2) - from
  local last = math.min(to, y:size(2))
  if last < from then options.raise "istft: the signal is shorter than what 'center' cuts off" end
  y, weight = y:narrow(2, from + 1, last - from), weight:narrow(2, from + 1, last - from)
  if weight:abs():le(1e-11):any():item() then
    options.raise "istft: the squares of the windows add up to 0 somewhere: use center, a smaller hop or another window"
  end
  y = y / weight
  if to > last then y = torch.nn.functional.pad(y, {0, to - last}) end
  return single and y:squeeze(1) or y
end
