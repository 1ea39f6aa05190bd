local transform = require "torch.fft.transform"
local run = transform.many("fftn", "complex", false)

--- torch.fft.fftn(input: Tensor, s: int[] = nil, dim: any = nil, norm: string = "backward") -> Tensor: fft along
-- several dimensions, all dimensions if not given. Of each dimension of `dim` as many elements as `s` says are taken,
-- or zeros added. norm as for fft.
-- Example: torch.fft.fftn(torch.ones(2, 3))
return function(...) return run(...) end
