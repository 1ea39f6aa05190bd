local transform = require "torch.fft.transform"
local run = transform.many("rfftn", "to_half", false)

--- torch.fft.rfftn(input: Tensor, s: int[] = nil, dim: any = nil, norm: string = "backward") -> Tensor: rfft along
-- several dimensions, all dimensions if not given, with the halves in the last one. Of each dimension of `dim` as
-- many elements as `s` says are taken, or zeros added. norm as for rfft.
-- Example: torch.fft.rfftn(torch.ones(2, 3))
return function(...) return run(...) end
