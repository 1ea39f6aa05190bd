--- torch.max_pool1d(input: Tensor, kernel_size: int, stride: int = nil, padding: int = 0, dilation: int = 1,
-- ceil_mode: bool = false) -> Tensor: nn.functional.max_pool1d.
-- Example: torch.max_pool1d(torch.ones(1, 1, 4), 2)
return function(...) return torch.nn.functional.max_pool1d(...) end
