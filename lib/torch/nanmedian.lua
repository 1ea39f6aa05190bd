local options = require "torch.utils.options"
local middle = require "torch.utils.middle"

--- torch.nanmedian(input: Tensor, dim: int = nil, keepdim: bool = false) -> Tensor, Positions: The median of what is
-- not NaN; NaN where nothing else is.
-- Example: torch.nanmedian(torch.tensor({3.0, 0 / 0, 2.0, 1.0}))
return function(...)
  local given = options.read("nanmedian", middle.PARAMETERS, ...)
  return middle.find("nanmedian", given, function(x, dim, n)
    local count = n - x:isnan():long():sum(dim, true)
    return torch.floor_divide(count + 1, 2):clamp(1)
  end)
end
