--- torch.index_put(input: Tensor, indices: table, values: Tensor, accumulate: bool = false) -> Tensor: A copy of input
-- with values where the tensors in the array `indices` say, one for each dimension from the first on: positions, or
-- bool masks. accumulate: added to what is there.
-- Example: torch.index_put(torch.zeros(3), {torch.tensor({1, 3})}, torch.tensor({5.0}))
return function(input, ...) return torch.clone(input):index_put_(...) end
