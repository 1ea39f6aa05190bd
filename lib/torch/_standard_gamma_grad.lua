--- torch._standard_gamma_grad(concentration: Tensor, sample: Tensor) -> Tensor: The derivative of a sample of the gamma
-- distribution of rate 1 by its concentration, at the same quantile.
-- Example: torch._standard_gamma_grad(torch.tensor{2.0}, torch.tensor{1.5})
return torch._C.op "gamma_slope"
