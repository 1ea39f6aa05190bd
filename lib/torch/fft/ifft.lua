local transform = require "torch.fft.transform"
local run = transform.one("ifft", "complex", true)

--- torch.fft.ifft(input: Tensor, n: int = nil, dim: int = -1, norm: string = "backward") -> Tensor: The inverse of
-- fft: x(j) = Σ y(k) exp(2π i j k / n) / n. Of `input` n elements along dim are taken, or zeros added. norm:
-- "backward" divides the inverse by n, "forward" the transform, "ortho" both by √n.
-- Example: torch.fft.ifft(torch.arange(4):float())
return function(...) return run(...) end
