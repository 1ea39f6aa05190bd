local transform = require "torch.fft.transform"
local run = transform.many("ifft2", "complex", true, {-2, -1})

--- torch.fft.ifft2(input: Tensor, s: int[] = nil, dim: any = {-2, -1}, norm: string = "backward") -> Tensor: ifft
-- along several dimensions, the last two dimensions if not given. Of each dimension of `dim` as many elements as `s`
-- says are taken, or zeros added. norm as for ifft.
-- Example: torch.fft.ifft2(torch.ones(2, 3))
return function(...) return run(...) end
