--- torch.alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor: nn.functional.alpha_dropout.
-- Example: torch.alpha_dropout(torch.ones(3), 0.5, true).shape
return function(...) return torch.nn.functional.alpha_dropout(...) end
