local tensor = require "torch.utils.options".tensor

--- torch.addr_(input: Tensor, ...: any) -> Tensor: addr in place.
-- Example: torch.zeros(2, 2):addr_(torch.ones(2), torch.ones(2))
return function(input, ...)
  return tensor("addr_", "input", 1, input):copy_(torch.addr(input, ...))
end
