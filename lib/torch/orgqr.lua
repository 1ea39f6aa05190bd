--- torch.orgqr(input: Tensor, tau: Tensor) -> Tensor: torch.linalg.householder_product.
-- Example: torch.orgqr(torch.eye(2), torch.zeros(2))
return function(...) return torch.linalg.householder_product(...) end
