local options = require "torch.utils.options"

--- torch.is_set_to(input: Tensor, tensor: Tensor) -> bool: Whether both show the same memory in the same way: storage,
-- offset, shape and strides.
-- Example: torch.is_set_to(torch.ones(2), torch.ones(2))
return function(...)
  local given = options.read("is_set_to", {{"input", kind = "tensor", required = true},
    {"tensor", kind = "tensor", required = true}}, ...)
  local a, b = given.input, given.tensor
  if a.shape ~= b.shape or a:storage_offset() ~= b:storage_offset() then return false end
  for d, step in ipairs(a:stride()) do
    if step ~= b:stride(d) then return false end
  end
  return torch._C.storage_of(a) == torch._C.storage_of(b)
end
