--- torch.row_stack(tensors: Tensor[]) -> Tensor: vstack under another name.
-- Example: torch.row_stack({torch.ones(2), torch.zeros(1, 2)})
return function(...) return torch.vstack(...) end
