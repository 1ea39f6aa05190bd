--- torch.argwhere(input: Tensor) -> Positions: The positions of the elements that are not 0, one row each; see
-- nonzero.
-- Example: torch.argwhere(torch.tensor({0, 5}))
return function(input) return torch.nonzero(input) end
