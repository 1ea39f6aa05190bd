--- nn.utils.rnn.invert_permutation(permutation: Tensor) -> Tensor: The permutation that leads back; nil for nil.
-- Example: nn.utils.rnn.invert_permutation(torch.tensor({2, 3, 1}))
return function(permutation)
  if permutation == nil then return nil end
  if not torch.is_tensor(permutation) then
    require "torch.utils.options".wrong("invert_permutation", "permutation", 1, "a tensor or nil", permutation)
  end
  return torch.argsort(permutation)
end
