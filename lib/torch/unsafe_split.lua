--- torch.unsafe_split(input: Tensor, split_size: any, dim: int = 1) -> Tensor[]: split under another name: PyTorch's
-- leaves out a check.
-- Example: torch.unsafe_split(torch.arange(2), 2)
return function(...) return torch.split(...) end
