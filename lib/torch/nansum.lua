--- torch.nansum(input: Tensor, dim: any = nil, {keepdim: bool = false, dtype: any = nil}) -> Tensor: sum, in which NaN
-- counts as 0.
-- Example: torch.nansum(torch.tensor({1, 0 / 0, 2}))
return function(input, ...)
  if torch.is_tensor(input) and torch.is_floating_point(input) then
    input = torch.where(input:isnan(), input:new_zeros({}), input)
  end
  return (torch.sum(input, ...))
end
