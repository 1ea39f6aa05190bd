--- torch.max_pool3d(input: Tensor, kernel_size: any, stride: any = nil, padding: any = 0, dilation: any = 1,
-- ceil_mode: bool = false) -> Tensor: nn.functional.max_pool3d.
-- Example: torch.max_pool3d(torch.ones(1, 1, 2, 2, 2), 2)
return function(...) return torch.nn.functional.max_pool3d(...) end
