local options = require "torch.utils.options"
local middle = require "torch.utils.middle"

--- torch.median(input: Tensor, dim: int = nil, keepdim: bool = false) -> Tensor, Positions: The median: of an even
-- number of elements the lower one in the middle. Of all elements, or along dim with the positions. NaN where there
-- is one.
-- Example: torch.median(torch.tensor({3.0, 1.0, 2.0}))
return function(...)
  return middle.find("median", options.read("median", middle.PARAMETERS, ...), 0)
end
