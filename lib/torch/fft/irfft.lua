local transform = require "torch.fft.transform"
local run = transform.one("irfft", "from_half", true)

--- torch.fft.irfft(input: Tensor, n: int = nil, dim: int = -1, norm: string = "backward") -> Tensor: The inverse of
-- rfft: n real numbers (2 (m - 1) of m if n is not given) from a half spectrum. Of `input` n elements along dim are
-- taken, or zeros added. norm: "backward" divides the inverse by n, "forward" the transform, "ortho" both by √n.
-- Example: torch.fft.irfft(torch.ones(3))
return function(...) return run(...) end
