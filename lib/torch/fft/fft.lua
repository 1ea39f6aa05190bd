local transform = require "torch.fft.transform"
local run = transform.one("fft", "complex", false)

--- torch.fft.fft(input: Tensor, n: int = nil, dim: int = -1, norm: string = "backward") -> Tensor: The transform of
-- complex (or real) numbers: y(k) = Σ x(j) exp(-2π i j k / n). Of `input` n elements along dim are taken, or zeros
-- added. norm: "backward" divides the inverse by n, "forward" the transform, "ortho" both by √n.
-- Example: torch.fft.fft(torch.arange(4):float())
return function(...) return run(...) end
