local transform = require "torch.fft.transform"
local run = transform.many("hfft2", "hermitian", false, {-2, -1})

--- torch.fft.hfft2(input: Tensor, s: int[] = nil, dim: any = {-2, -1}, norm: string = "backward") -> Tensor: hfft
-- along several dimensions, the last two dimensions if not given, with the halves in the last one. Of each dimension
-- of `dim` as many elements as `s` says are taken, or zeros added. norm as for hfft.
-- Example: torch.fft.hfft2(torch.ones(2, 3))
return function(...) return run(...) end
