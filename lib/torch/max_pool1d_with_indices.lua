local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

local PARAMETERS <const> = table.move(sizes.MAX_POOL, 1, 6, 1, {})

--- torch.max_pool1d_with_indices(input: Tensor, kernel_size: int, stride: int = nil, padding: int = 0, dilation: int =
-- 1, ceil_mode: bool = false) -> Tensor, Positions: nn.functional.max_pool1d and the positions of the largest elements.
-- Example: torch.max_pool1d_with_indices(torch.tensor({{1.0, 3, 2, 4}}), 2)
return function(...)
  local given = options.read("max_pool1d_with_indices", PARAMETERS, ...)
  return torch.nn.functional.max_pool1d(given.input, given.kernel_size, given.stride, given.padding, given.dilation,
    given.ceil_mode, true)
end
