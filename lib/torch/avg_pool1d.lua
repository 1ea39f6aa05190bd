--- torch.avg_pool1d(input: Tensor, kernel_size: int, stride: int = nil, padding: int = 0, ceil_mode: bool = false,
-- count_include_pad: bool = true) -> Tensor: nn.functional.avg_pool1d.
-- Example: torch.avg_pool1d(torch.ones(1, 1, 4), 2)
return function(...) return torch.nn.functional.avg_pool1d(...) end
