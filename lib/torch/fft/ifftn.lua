local transform = require "torch.fft.transform"
local run = transform.many("ifftn", "complex", true)

--- torch.fft.ifftn(input: Tensor, s: int[] = nil, dim: any = nil, norm: string = "backward") -> Tensor: ifft along
-- several dimensions, all dimensions if not given. Of each dimension of `dim` as many elements as `s` says are taken,
-- or zeros added. norm as for ifft.
-- Example: torch.fft.ifftn(torch.ones(2, 3))
return function(...) return run(...) end
