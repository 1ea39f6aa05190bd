--- torch.detach_copy(input: Tensor) -> Tensor: A copy without a history.
-- Example: torch.detach_copy(torch.ones(2))
return function(input) return torch.clone(input):detach() end
