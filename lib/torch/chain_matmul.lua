--- torch.chain_matmul(matrices: any, ...: any) -> Tensor: linalg.multi_dot of matrices given one by one.
-- Example: torch.chain_matmul(torch.ones(2, 3), torch.ones(3, 4))
return function(...)
  if select("#", ...) == 1 and torch.is_tensor((...)) then return (...) end
  return (torch.linalg.multi_dot(...))
end
