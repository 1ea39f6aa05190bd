--- torch.split_copy(input: Tensor, split_size: any, dim: int = 1) -> Tensor[]: What split shows, as copies.
-- Example: torch.split_copy(torch.arange(3), 2)
return function(...)
  local parts = torch.split(...)
  for i, part in ipairs(parts) do parts[i] = part:clone() end
  return parts
end
