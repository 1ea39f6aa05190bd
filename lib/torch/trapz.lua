--- torch.trapz(y: Tensor, x: Tensor = nil, {dx: number = 1, dim: int = -1}) -> Tensor: trapezoid under another name.
-- Example: torch.trapz(torch.tensor({1.0, 5, 10}))
return function(...) return torch.trapezoid(...) end
