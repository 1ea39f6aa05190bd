local tensor = require "torch.utils.options".tensor

--- torch.is_same_size(input: Tensor, other: Tensor) -> bool: Whether two tensors have one shape.
-- Example: torch.is_same_size(torch.ones(2), torch.zeros(2))
return function(input, other)
  return tensor("is_same_size", "input", 1, input).shape == tensor("is_same_size", "other", 2, other).shape
end
