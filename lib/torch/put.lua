--- torch.put(input: Tensor, index: Positions, source: Tensor, accumulate: bool = false) -> Tensor: A copy of input
-- with the elements of source at positions of the flattened input. accumulate: added to what is there.
-- Example: torch.put(torch.zeros(2, 2), torch.tensor({1, 4}), torch.tensor({5.0, 6.0}))
return function(input, ...) return torch.clone(input):put_(...) end
