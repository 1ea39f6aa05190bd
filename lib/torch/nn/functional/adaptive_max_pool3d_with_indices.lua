--- nn.functional.adaptive_max_pool3d_with_indices(input: Tensor, output_size: any) -> Tensor, Positions:
-- adaptive_max_pool3d with return_indices.
-- Example: F.adaptive_max_pool3d_with_indices(torch.ones(1, 1, 4, 4, 4), 2)
return function(input, output_size)
  local values, positions = torch.nn.functional.adaptive_max_pool3d(input, output_size, {return_indices = true})
  return values, positions
end
