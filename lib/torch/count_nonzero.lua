--- torch.count_nonzero(input: Tensor, dim: any = nil) -> Tensor: How many elements are not 0, of all or along dim.
-- Example: torch.count_nonzero(torch.tensor({0, 5, 2}))
return function(input, dim)
  if type(dim) == "table" and dim.dim then dim = dim.dim end
  return (torch.ne(input, 0):sum(dim))
end
