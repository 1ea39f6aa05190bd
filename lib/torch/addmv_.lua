local tensor = require "torch.utils.options".tensor

--- torch.addmv_(input: Tensor, ...: any) -> Tensor: addmv in place.
-- Example: torch.zeros(2):addmv_(torch.ones(2, 3), torch.ones(3))
return function(input, ...)
  return tensor("addmv_", "input", 1, input):copy_(torch.addmv(input, ...))
end
