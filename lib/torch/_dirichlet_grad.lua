--- torch._dirichlet_grad(x: Tensor, alpha: Tensor, total: Tensor) -> Tensor: The derivative of a component x of a
-- sample of the Dirichlet distribution by its concentration alpha, at the same quantile of its own distribution, over
-- 1 - x. total is the sum of all concentrations.
-- Example: torch._dirichlet_grad(torch.tensor{0.25}, torch.tensor{2.0}, torch.tensor{5.0})
return torch._C.op "dirichlet_slope"
