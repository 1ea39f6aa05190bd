--- torch.group_norm(input: Tensor, num_groups: int, ...: any) -> Tensor: nn.functional.group_norm.
-- Example: torch.group_norm(torch.randn(2, 4, 3), 2).shape
return function(...) return torch.nn.functional.group_norm(...) end
