--- torch.pdist(input: Tensor, p: number = 2) -> Tensor: The p-norms of the differences of all pairs of rows of a
-- matrix, as one dimension: of rows 1 and 2, 1 and 3, … 2 and 3 …
-- Example: torch.pdist(torch.eye(3))
return function(...) return torch.nn.functional.pdist(...) end
