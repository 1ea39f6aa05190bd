--- torch.nanmean(input: Tensor, dim: any = nil, {keepdim: bool = false, dtype: any = nil}) -> Tensor: The mean of what
-- is not NaN.
-- Example: torch.nanmean(torch.tensor({1, 0 / 0, 2}))
return function(input, ...)
  local total = torch.nansum(input, ...)
  local given = select(-1, nil, ...)
  if type(given) == "table" and given.dtype then input = input:to(given.dtype) end
  local count = torch.sum(torch.logical_not(torch.isnan(input)), ...)
  return total / count
end
