local masking = require "torch.masked.masking"
local run = masking.along("cumsum", function() return 0 end, function(x, dim)
  return x:cumsum(dim, {dtype = x.dtype})
end)

--- torch.masked.cumsum(input: Tensor, dim: int, {dtype: dtype = nil, mask: Tensor = nil}) -> Tensor: The running sums
-- along dim of the elements where mask holds.
-- Example: torch.masked.cumsum(torch.tensor({1.0, 5, 1}), 1, {mask = torch.tensor({true, false, true})})
-- {1, 1, 2}
return function(...) return (run(...)) end
