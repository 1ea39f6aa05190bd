local tensor = require "torch.utils.options".tensor

--- torch.renorm_(input: Tensor, ...: any) -> Tensor: renorm in place.
-- Example: torch.ones(2, 4):renorm_(2, 1, 1)
return function(input, ...)
  return tensor("renorm_", "input", 1, input):copy_(torch.renorm(input, ...))
end
