local masking = require "torch.masked.masking"
local run = masking.reduction("logsumexp", masking.lowest, function(x, dims, given)
  if #dims == 0 then return (masking.cast(x, given.dtype)) end
  return x:logsumexp(dims, given.keepdim):to(given.dtype or x.dtype)
end)

--- torch.masked.logsumexp(input: Tensor, dim: any = nil, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor =
-- nil}) -> Tensor: The logarithm of the sum of the exponentials of the elements where mask holds, along dim (a
-- dimension, an array of them, or all).
-- Example: torch.masked.logsumexp(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 3.1269
return function(...) return (run(...)) end
