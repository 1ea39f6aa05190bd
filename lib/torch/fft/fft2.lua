local transform = require "torch.fft.transform"
local run = transform.many("fft2", "complex", false, {-2, -1})

--- torch.fft.fft2(input: Tensor, s: int[] = nil, dim: any = {-2, -1}, norm: string = "backward") -> Tensor: fft along
-- several dimensions, the last two dimensions if not given. Of each dimension of `dim` as many elements as `s` says
-- are taken, or zeros added. norm as for fft.
-- Example: torch.fft.fft2(torch.ones(2, 3))
return function(...) return run(...) end
