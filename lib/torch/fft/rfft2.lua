local transform = require "torch.fft.transform"
local run = transform.many("rfft2", "to_half", false, {-2, -1})

--- torch.fft.rfft2(input: Tensor, s: int[] = nil, dim: any = {-2, -1}, norm: string = "backward") -> Tensor: rfft
-- along several dimensions, the last two dimensions if not given, with the halves in the last one. Of each dimension
-- of `dim` as many elements as `s` says are taken, or zeros added. norm as for rfft.
-- Example: torch.fft.rfft2(torch.ones(2, 3))
return function(...) return run(...) end
