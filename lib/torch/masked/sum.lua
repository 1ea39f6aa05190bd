local masking = require "torch.masked.masking"
local run = masking.reduction("sum", function() return 0 end, function(x, dims, given)
  local dtype = masking.wide(x, given.dtype)
  if #dims == 0 then return (masking.cast(x, dtype)) end
  return (x:sum(dims, given.keepdim, {dtype = dtype}))
end)

--- torch.masked.sum(input: Tensor, dim: any = nil, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor = nil}) ->
-- Tensor: The sum of the elements where mask holds,
-- along dim (a dimension, an array of them, or all).
-- Example: torch.masked.sum(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 4
return function(...) return (run(...)) end
