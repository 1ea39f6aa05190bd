--- torch.unbind_copy(input: Tensor, dim: int = 1) -> Tensor[]: What unbind shows, as copies.
-- Example: torch.unbind_copy(torch.eye(2))
return function(...)
  local parts = torch.unbind(...)
  for i, part in ipairs(parts) do parts[i] = part:clone() end
  return parts
end
