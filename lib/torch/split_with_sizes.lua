--- torch.split_with_sizes(input: Tensor, split_sizes: int[], dim: int = 1) -> Tensor[]: split with an array of sizes.
-- Example: torch.split_with_sizes(torch.arange(5), {2, 3})
return function(input, split_sizes, dim) return torch.split(input, split_sizes, dim or 1) end
