local tensor = require "torch.utils.options".tensor

--- torch.baddbmm_(input: Tensor, ...: any) -> Tensor: baddbmm in place.
-- Example: torch.zeros(1, 2, 2):baddbmm_(torch.ones(1, 2, 3), torch.ones(1, 3, 2))
return function(input, ...)
  return tensor("baddbmm_", "input", 1, input):copy_(torch.baddbmm(input, ...))
end
