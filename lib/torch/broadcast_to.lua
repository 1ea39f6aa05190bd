--- torch.broadcast_to(input: Tensor, size: table, ...: any) -> Tensor: input expanded to a shape; see expand.
-- Example: torch.broadcast_to(torch.ones(3), {2, 3})
return function(input, ...) return torch.expand(input, ...) end
