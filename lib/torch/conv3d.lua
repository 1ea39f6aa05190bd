--- torch.conv3d(input: Tensor, weight: Tensor, bias: Tensor = nil, ...: any) -> Tensor: nn.functional.conv3d.
-- Example: torch.conv3d(torch.ones(1, 1, 2, 2, 2), torch.ones(1, 1, 2, 2, 2))
return function(...) return torch.nn.functional.conv3d(...) end
