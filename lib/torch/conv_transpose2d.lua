--- torch.conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor = nil, ...: any) -> Tensor:
-- nn.functional.conv_transpose2d.
-- Example: torch.conv_transpose2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
return function(...) return torch.nn.functional.conv_transpose2d(...) end
