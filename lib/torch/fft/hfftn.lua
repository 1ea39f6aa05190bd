local transform = require "torch.fft.transform"
local run = transform.many("hfftn", "hermitian", false)

--- torch.fft.hfftn(input: Tensor, s: int[] = nil, dim: any = nil, norm: string = "backward") -> Tensor: hfft along
-- several dimensions, all dimensions if not given, with the halves in the last one. Of each dimension of `dim` as
-- many elements as `s` says are taken, or zeros added. norm as for hfft.
-- Example: torch.fft.hfftn(torch.ones(2, 3))
return function(...) return run(...) end
