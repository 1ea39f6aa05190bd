--- torch.scalar_tensor(s: number, {dtype: any = nil, device: any = nil}) -> Tensor: A number as a tensor of no
-- dimensions, of the default float dtype.
-- Example: torch.scalar_tensor(3)
return function(s, options)
  local given = {dtype = torch.get_default_dtype()}
  for name, value in pairs(options or {}) do given[name] = value end
  return torch.full({}, s, given)
end
