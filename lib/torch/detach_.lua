--- torch.detach_(input: Tensor) -> Tensor: x:detach_(): input becomes a leaf without a history.
-- Example: torch.detach_(torch.ones(2))
return function(input)
  require "torch.utils.options".tensor("detach_", "input", 1, input)
  return input:detach_()
end
