--- torch.detach(input: Tensor) -> Tensor: x:detach(): the same elements without the history.
-- Example: torch.detach(torch.ones(2))
return function(input)
  require "torch.utils.options".tensor("detach", "input", 1, input)
  return input:detach()
end
