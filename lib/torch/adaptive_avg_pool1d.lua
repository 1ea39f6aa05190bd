--- torch.adaptive_avg_pool1d(input: Tensor, output_size: int) -> Tensor: nn.functional.adaptive_avg_pool1d.
-- Example: torch.adaptive_avg_pool1d(torch.ones(1, 1, 4), 2)
return function(...) return torch.nn.functional.adaptive_avg_pool1d(...) end
