local transform = require "torch.fft.transform"
local run = transform.one("hfft", "hermitian", false)

--- torch.fft.hfft(input: Tensor, n: int = nil, dim: int = -1, norm: string = "backward") -> Tensor: The transform of
-- numbers whose second half is the conjugate mirror image of the first, which is given: n real numbers (2 (m - 1) of
-- m if n is not given). Of `input` n elements along dim are taken, or zeros added. norm: "backward" divides the
-- inverse by n, "forward" the transform, "ortho" both by √n.
-- Example: torch.fft.hfft(torch.ones(3))
return function(...) return run(...) end
