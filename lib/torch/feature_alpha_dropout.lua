--- torch.feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor: nn.functional.feature_alpha_dropout.
-- Example: torch.feature_alpha_dropout(torch.ones(1, 3, 2), 0.5, true).shape
return function(...) return torch.nn.functional.feature_alpha_dropout(...) end
