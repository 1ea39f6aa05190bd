local options = require "torch.utils.options"
local quantiles = require "torch.utils.quantiles"

--- torch.quantile(input: Tensor, q: any, dim: int = nil, keepdim: bool = false, {interpolation: string = "linear"}) ->
-- Tensor: The q-quantiles (0 to 1) of all elements or along dim; several q are the first dimension of the result. A
-- quantile between two elements: "linear", "lower", "higher", "midpoint" or "nearest". NaN where there is one.
-- Example: torch.quantile(torch.arange(5):float(), 0.25)
return function(...)
  local given = options.read("quantile", quantiles.PARAMETERS, ...)
  return quantiles.find("quantile", given, function(sorted, q)
    local n = sorted:size(-1)
    local shape = table.move(sorted.shape, 1, sorted.ndim - 1, 1, {})
    shape[#shape + 1] = q:numel()
    local rank = (q * (n - 1)):expand(shape)
    return torch.where(sorted:isnan():any(-1, true), torch.full_like(rank, n - 1), rank)
  end)
end
