local options = require "torch.utils.options"
local middle = require "torch.utils.middle"

--- torch.nanmedian(input: Tensor, dim: int = nil, keepdim: bool = false) -> Tensor, Positions: The median of what is
-- not NaN; NaN where nothing else is.
-- Example: torch.nanmedian(torch.tensor({3.0, 0 / 0, 2.0, 1.0}))
return function(...)
  return middle.find("nanmedian", options.read("nanmedian", middle.PARAMETERS, ...), -1)
end
