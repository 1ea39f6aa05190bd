--- torch.is_same_size(input: Tensor, other: Tensor) -> bool: Whether two tensors have one shape.
-- Example: torch.is_same_size(torch.ones(2), torch.zeros(2))
return function(input, other) return input.shape == other.shape end
