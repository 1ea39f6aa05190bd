local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"output_size", required = true}}

--- torch.adaptive_max_pool1d(input: Tensor, output_size: int) -> Tensor, Positions: The largest elements of
-- nn.functional.adaptive_max_pool1d and their positions.
-- Example: torch.adaptive_max_pool1d(torch.tensor({{1.0, 3, 2, 4}}), 2)
return function(...)
  local given = options.read("adaptive_max_pool1d", PARAMETERS, ...)
  return torch.nn.functional.adaptive_max_pool1d(given.input, given.output_size, true)
end
