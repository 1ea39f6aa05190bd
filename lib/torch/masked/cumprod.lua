local masking = require "torch.masked.masking"
local run = masking.along("cumprod", function() return 1 end, function(x, dim)
  return x:cumprod(dim, {dtype = x.dtype})
end)

--- torch.masked.cumprod(input: Tensor, dim: int, {dtype: dtype = nil, mask: Tensor = nil}) -> Tensor: The running
-- products along dim of the elements where mask holds.
-- Example: torch.masked.cumprod(torch.tensor({1.0, 5, 1}), 1, {mask = torch.tensor({true, false, true})})
-- {1, 1, 1}
return function(...) return (run(...)) end
