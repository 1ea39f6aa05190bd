--- torch.as_strided_copy(input: Tensor, size: any, stride: any, storage_offset: int = nil) -> Tensor: A copy of
-- torch.as_strided(…).
-- Example: torch.as_strided_copy(torch.arange(4), {2, 2}, {1, 2})
return function(...) return torch.as_strided(...):clone() end
