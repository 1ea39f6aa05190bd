--- torch.polygamma_(input: Tensor, n: int) -> Tensor: torch.polygamma(n, input), written into input.
-- Example: torch.polygamma_(torch.ones(2), 1)
return function(input, n)
  require "torch.utils.options".tensor("polygamma_", "input", 1, input)
  return input:copy_(torch.polygamma(n, input))
end
