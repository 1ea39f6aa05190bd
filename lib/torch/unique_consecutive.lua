local options = require "torch.utils.options"
local distinct = require "torch.utils.distinct"

--- torch.unique_consecutive(input: Tensor, return_inverse: bool = false, return_counts: bool = false, dim: int = nil)
-- -> Tensor, Positions, Tensor: The elements without those that equal the one before; with dim slices. Then where
-- each element is in the result, and how often, if asked for.
-- Example: torch.unique_consecutive(torch.tensor({1, 1, 2, 1}))
return function(...)
  local given = options.read("unique_consecutive", distinct.PARAMETERS, ...)
  return distinct.find("unique_consecutive", given, false)
end
