--- torch.dropout_(input: Tensor, p: float, train: bool) -> Tensor: The same as torch.dropout, written into input.
-- Example: torch.dropout_(torch.ones(2, 3), 0.5, false)
return function(input, ...)
  require "torch.utils.options".tensor("dropout_", "input", 1, input)
  return input:copy_(torch.dropout(input, ...))
end
