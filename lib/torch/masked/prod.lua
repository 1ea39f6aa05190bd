local masking = require "torch.masked.masking"
local run = masking.reduction("prod", function() return 1 end, function(x, dims, given)
  x = x:to(masking.wide(x, given.dtype))
  if #dims == 0 then return x end
  table.sort(dims)
  for i = #dims, 1, -1 do x = x:prod(dims[i], given.keepdim) end
  return x
end)

--- torch.masked.prod(input: Tensor, dim: any = nil, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor = nil}) ->
-- Tensor: The product of the elements where mask
-- holds, along dim (a dimension, an array of them, or all).
-- Example: torch.masked.prod(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 3
return function(...) return (run(...)) end
