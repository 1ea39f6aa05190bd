-- What the functions of nn.init ask of their tensor.

local raise = torch._C.raise -- an error at the line of the program

--- check(name, tensor, least, most): a tensor with so many dimensions, else an error of
-- the caller of nn.init.NAME.
return function(name, tensor, least, most)
  if not torch.is_tensor(tensor) then
    raise(("nn.init.%s: 'tensor' (argument 1): expected a tensor, got a %s"):format(name, type(tensor)))
  end
  if tensor.ndim < least or tensor.ndim > most then
    local wanted = least == most and tostring(least) or most == math.huge and "at least " .. least
      or least .. " to " .. most
    raise(("nn.init.%s: 'tensor' (argument 1): expected %s dimensions, got %d"):format(name, wanted, tensor.ndim))
  end
end
