local options = require "torch.utils.options"
local spectrum = require "torch.utils.spectrum"

-- (B×L) with what `center` adds at both ends.
local function centred(x, given)
  local half = given.n_fft // 2
  local function part(t) return torch.nn.functional.pad(t:unsqueeze(2), {half, half}, given.pad_mode):squeeze(2) end
  if not torch.is_complex(x) then return part(x) end
  return torch.complex(part(torch.real(x)), part(torch.imag(x)))
end

--- torch.stft(input: Tensor, n_fft: int, hop_length: int = nil, win_length: int = nil, window: Tensor = nil, center:
-- bool = true, pad_mode: string = "reflect", normalized: bool = false, onesided: bool = nil, return_complex: bool =
-- true) -> Tensor: The Fourier transforms of frames of signals (L or B×L): complex, (B × frequencies × frames). A
-- frame has n_fft numbers, times window (win_length numbers in its middle, ones if not given), and begins hop_length
-- (n_fft // 4) after the one before. center: frame t is centred at t · hop_length, the signal going on as pad_mode
-- says. normalized: divided by √n_fft. onesided (of real numbers by default): the n_fft // 2 + 1 frequencies that say
-- all. return_complex = false: real and imaginary parts in a last dimension.
-- Example: torch.stft(torch.ones(8), 4).shape
return function(...)
  local given = options.read("stft", spectrum.FORWARD, ...)
  local x, single = given.input, given.input.ndim == 1
  if x.ndim < 1 or x.ndim > 2 then options.wrong("stft", "input", 1, "1 or 2 dimensions (L or B×L)", x) end
  if not torch.is_complex(x) and not torch.is_floating_point(x) then
    options.wrong("stft", "input", 1, "floats or complex numbers", x)
  end
  local window, hop = spectrum.window("stft", given, spectrum.real_dtype(x))
  local complex = torch.is_complex(x) or torch.is_complex(window)
  local onesided = given.onesided
  if onesided == nil then onesided = not complex end
  if onesided and complex then options.raise "stft: 'onesided': complex numbers have all frequencies" end
  x = single and x:unsqueeze(1) or x
  if given.center then x = centred(x, given) end
  if x:size(2) < given.n_fft then
    options.wrong("stft", "n_fft", 2, ("at most %d, the length of the signal"):format(x:size(2)), given.n_fft)
  end
  local out
  if onesided and spectrum.direct(x, window) then out = torch._C.call("frames_spectrum", x, window, hop)
  else
    local frames = x:unfold(2, given.n_fft, hop) * window
    out = (onesided and torch.fft.rfft(frames) or torch.fft.fft(frames)):transpose(2, 3)
  end
  if given.normalized then out = out / given.n_fft ^ 0.5 end
  if single then out = out:squeeze(1) end
  return given.return_complex and out or torch.view_as_real(out)
end
