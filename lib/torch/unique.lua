local options = require "torch.utils.options"
local distinct = require "torch.utils.distinct"

local PARAMETERS <const> = table.move(distinct.PARAMETERS, 2, #distinct.PARAMETERS, 3,
  {distinct.PARAMETERS[1], {"sorted", kind = "boolean", default = true}})

--- torch.unique(input: Tensor, sorted: bool = true, return_inverse: bool = false, return_counts: bool = false, dim:
-- int = nil) -> Tensor, Positions, Tensor: The distinct elements, sorted (always); with dim the distinct slices. Then
-- where each element is in the result, and how often, if asked for.
-- Example: torch.unique(torch.tensor({3, 1, 3}))
return function(...)
  local given = options.read("unique", PARAMETERS, ...)
  return distinct.find("unique", given, true)
end
