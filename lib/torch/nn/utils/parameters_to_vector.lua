local raise = torch._C.raise -- an error at the line of the program

--- nn.utils.parameters_to_vector(parameters): their elements, one after the other, as one
-- vector that carries their gradients.
return function(parameters)
  if torch.is_tensor(parameters) then parameters = {parameters} end
  if type(parameters) ~= "table" or #parameters == 0 then
    raise("parameters_to_vector: 'parameters' (argument 1): expected an array of tensors")
  end
  local flat = {}
  for i, p in ipairs(parameters) do
    if not torch.is_tensor(p) then
      raise(("parameters_to_vector: 'parameters' (argument 1): entry %d: expected a tensor, got a %s"):format(i,
        type(p)))
    end
    flat[i] = p:reshape(-1)
  end
  return torch.cat(flat)
end
