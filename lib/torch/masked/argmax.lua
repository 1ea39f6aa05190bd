local masking = require "torch.masked.masking"
local run = masking.position("argmax", masking.lowest)

--- torch.masked.argmax(input: Tensor, dim: int = nil, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor = nil})
-- -> Positions: The position of the largest element where mask holds, along dim or among all.
-- Example: torch.masked.argmax(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 3
return function(...) return (run(...)) end
