--- torch.masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor: A copy of input with the elements of
-- source, in their order, where mask (bool) holds.
-- Example: torch.masked_scatter(torch.zeros(3), torch.tensor({true, false, true}), torch.tensor({1.0, 2.0}))
return function(input, mask, ...)
  if torch.is_tensor(input) and torch.is_tensor(mask) then
    input = input:expand(torch.broadcast_shapes(input.shape, mask.shape))
  end
  return (torch.clone(input):masked_scatter_(mask, ...))
end
