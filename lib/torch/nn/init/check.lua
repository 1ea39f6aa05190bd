-- What the functions of nn.init ask of their tensor.

--- check(name, tensor, least, most): a tensor with so many dimensions, else an error of
-- the caller of nn.init.NAME.
return function(name, tensor, least, most)
  if not torch.is_tensor(tensor) then
    error(("nn.init.%s: 'tensor' (argument 1): expected a tensor, got a %s"):format(name, type(tensor)), 3)
  end
  if tensor.ndim < least or tensor.ndim > most then
    local wanted = least == most and tostring(least) or most == math.huge and "at least " .. least
      or least .. " to " .. most
    error(("nn.init.%s: 'tensor' (argument 1): expected %s dimensions, got %d"):format(name, wanted, tensor.ndim), 3)
  end
end
