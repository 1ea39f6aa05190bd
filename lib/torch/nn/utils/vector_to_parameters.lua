local raise = torch._C.raise -- an error at the line of the program

--- nn.utils.vector_to_parameters(vector, parameters): the parameters become views of parts
-- of the vector, in their order; their gradients stay.
return function(vector, parameters)
  if not torch.is_tensor(vector) or vector.ndim ~= 1 then
    raise(("vector_to_parameters: 'vector' (argument 1): expected a tensor of one dimension, got %s"):format(
      torch.is_tensor(vector) and vector.ndim .. " dimensions" or "a " .. type(vector)))
  end
  if torch.is_tensor(parameters) then parameters = {parameters} end
  if type(parameters) ~= "table" then
    raise(("vector_to_parameters: 'parameters' (argument 2): expected an array of tensors, got a %s"):format(
      type(parameters)))
  end
  local total = 0
  for i, p in ipairs(parameters) do
    if not torch.is_tensor(p) then
      raise(("vector_to_parameters: 'parameters' (argument 2): entry %d: expected a tensor, got a %s"):format(i,
        type(p)))
    end
    total = total + p:numel()
  end
  if total > vector:numel() then
    raise(("vector_to_parameters: 'vector' (argument 1): it has %d elements, the parameters have %d"):format(
      vector:numel(), total))
  end
  local at = 1
  for _, p in ipairs(parameters) do
    local n = p:numel()
    p.data = vector:narrow(1, at, n):detach():view(p.shape)
    at = at + n
  end
end
