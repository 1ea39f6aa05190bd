local transform = require "torch.fft.transform"
local run = transform.one("rfft", "to_half", false)

--- torch.fft.rfft(input: Tensor, n: int = nil, dim: int = -1, norm: string = "backward") -> Tensor: The transform of
-- real numbers: the first n / 2 + 1 results of fft, of which the others are the mirror image. Of `input` n elements
-- along dim are taken, or zeros added. norm: "backward" divides the inverse by n, "forward" the transform, "ortho"
-- both by √n.
-- Example: torch.fft.rfft(torch.arange(4):float())
return function(...) return run(...) end
