--- torch.channel_shuffle(input: Tensor, groups: int) -> Tensor: nn.functional.channel_shuffle.
-- Example: torch.channel_shuffle(torch.ones(1, 4, 2, 2), 2)
return function(...) return torch.nn.functional.channel_shuffle(...) end
