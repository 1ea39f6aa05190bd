local masking = require "torch.masked.masking"
local run = masking.reduction("amax", masking.lowest, function(x, dims, given)
  x = masking.cast(x, given.dtype)
  if #dims == 0 then return x end
  return (x:amax(dims, given.keepdim))
end)

--- torch.masked.amax(input: Tensor, dim: any = nil, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor = nil}) ->
-- Tensor: The largest of the elements where mask holds,
-- along dim (a dimension, an array of them, or all).
-- Example: torch.masked.amax(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 3
return function(...) return (run(...)) end
