local options = require "torch.utils.options"
local quantiles = require "torch.utils.quantiles"

--- torch.nanquantile(input: Tensor, q: any, dim: int = nil, keepdim: bool = false, {interpolation: string = "linear"})
-- -> Tensor: quantile of what is not NaN; NaN where nothing else is.
-- Example: torch.nanquantile(torch.tensor({1, 0 / 0, 3}), 0.5)
return function(...)
  local given = options.read("nanquantile", quantiles.PARAMETERS, ...)
  return quantiles.find("nanquantile", given, function(sorted, q)
    local count = sorted:isnan():logical_not():to(sorted.dtype):sum(-1, true)
    return q * (count - 1):clamp(0)
  end)
end
