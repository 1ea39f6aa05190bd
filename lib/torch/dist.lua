--- torch.dist(input: Tensor, other: Tensor, p: number = 2) -> Tensor: The p-norm of input - other.
-- Example: torch.dist(torch.zeros(2), torch.ones(2))
return function(input, other, ...) return torch.norm(torch.sub(input, other), ...) end
