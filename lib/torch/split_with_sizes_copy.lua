--- torch.split_with_sizes_copy(input: Tensor, split_sizes: int[], dim: int = 1) -> Tensor[]: What split_with_sizes
-- shows, as copies.
-- Example: torch.split_with_sizes_copy(torch.arange(3), {1, 2})
return function(...) return torch.split_copy(...) end
