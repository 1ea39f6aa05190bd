--- torch.msort(input: Tensor) -> Tensor: input sorted along dimension 1.
-- Example: torch.msort(torch.tensor({3, 1, 2}))
return function(input) return (torch.sort(input, 1)) end
