--- torch.feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor: The same as torch.feature_dropout, written
-- into input.
-- Example: torch.feature_dropout_(torch.ones(2, 3), 0.5, false)
return function(input, ...)
  require "torch.utils.options".tensor("feature_dropout_", "input", 1, input)
  return input:copy_(torch.feature_dropout(input, ...))
end
