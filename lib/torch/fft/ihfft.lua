local transform = require "torch.fft.transform"
local run = transform.one("ihfft", "to_hermitian", true)

--- torch.fft.ihfft(input: Tensor, n: int = nil, dim: int = -1, norm: string = "backward") -> Tensor: The inverse of
-- hfft: of real numbers the first n / 2 + 1. Of `input` n elements along dim are taken, or zeros added. norm:
-- "backward" divides the inverse by n, "forward" the transform, "ortho" both by √n.
-- Example: torch.fft.ihfft(torch.arange(4):float())
return function(...) return run(...) end
