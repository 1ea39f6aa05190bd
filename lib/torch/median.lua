local options = require "torch.utils.options"
local middle = require "torch.utils.middle"

--- torch.median(input: Tensor, dim: int = nil, keepdim: bool = false) -> Tensor, Positions: The median: of an even
-- number of elements the lower one in the middle. Of all elements, or along dim with the positions. NaN where there
-- is one.
-- Example: torch.median(torch.tensor({3.0, 1.0, 2.0}))
return function(...)
  local given = options.read("median", middle.PARAMETERS, ...)
  return middle.find("median", given, function(x, dim, n)
    local place = x:isnan():any(dim, true):long() * (n - (n + 1) // 2) + (n + 1) // 2
    return place -- the last of the sorted ones is NaN where there is one
  end)
end
