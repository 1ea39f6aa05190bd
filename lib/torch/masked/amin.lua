local masking = require "torch.masked.masking"
local run = masking.reduction("amin", masking.highest, function(x, dims, given)
  x = masking.cast(x, given.dtype)
  if #dims == 0 then return x end
  return (x:amin(dims, given.keepdim))
end)

--- torch.masked.amin(input: Tensor, dim: any = nil, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor = nil}) ->
-- Tensor: The least of the elements where mask holds,
-- along dim (a dimension, an array of them, or all).
-- Example: torch.masked.amin(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 1
return function(...) return (run(...)) end
