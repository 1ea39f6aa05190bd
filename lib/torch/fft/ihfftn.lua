local transform = require "torch.fft.transform"
local run = transform.many("ihfftn", "to_hermitian", true)

--- torch.fft.ihfftn(input: Tensor, s: int[] = nil, dim: any = nil, norm: string = "backward") -> Tensor: ihfft along
-- several dimensions, all dimensions if not given, with the halves in the last one. Of each dimension of `dim` as
-- many elements as `s` says are taken, or zeros added. norm as for ihfft.
-- Example: torch.fft.ihfftn(torch.ones(2, 3))
return function(...) return run(...) end
