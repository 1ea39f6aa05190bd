local transform = require "torch.fft.transform"
local run = transform.many("irfft2", "from_half", true, {-2, -1})

--- torch.fft.irfft2(input: Tensor, s: int[] = nil, dim: any = {-2, -1}, norm: string = "backward") -> Tensor: irfft
-- along several dimensions, the last two dimensions if not given, with the halves in the last one. Of each dimension
-- of `dim` as many elements as `s` says are taken, or zeros added. norm as for irfft.
-- Example: torch.fft.irfft2(torch.ones(2, 3))
return function(...) return run(...) end
