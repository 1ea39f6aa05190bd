local transform = require "torch.fft.transform"
local run = transform.many("irfftn", "from_half", true)

--- torch.fft.irfftn(input: Tensor, s: int[] = nil, dim: any = nil, norm: string = "backward") -> Tensor: irfft along
-- several dimensions, all dimensions if not given, with the halves in the last one. Of each dimension of `dim` as
-- many elements as `s` says are taken, or zeros added. norm as for irfft.
-- Example: torch.fft.irfftn(torch.ones(2, 3))
return function(...) return run(...) end
