--- torch.conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor = nil, ...: any) -> Tensor:
-- nn.functional.conv_transpose1d.
-- Example: torch.conv_transpose1d(torch.ones(1, 1, 4), torch.ones(1, 1, 2))
return function(...) return torch.nn.functional.conv_transpose1d(...) end
