local masking = require "torch.masked.masking"
local run = masking.position("argmin", masking.highest)

--- torch.masked.argmin(input: Tensor, dim: int = nil, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor = nil})
-- -> Positions: The position of the least element where mask holds, along dim or among all.
-- Example: torch.masked.argmin(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 1
return function(...) return (run(...)) end
