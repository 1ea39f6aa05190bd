local options = require "torch.utils.options"

--- torch.fill(input: Tensor, value: any) -> Tensor: A tensor like input, every element `value`, a number or a tensor
-- of no dimensions.
-- Example: torch.fill(torch.ones(2), 7)
return function(...)
  local given = options.read("fill", {{"input", kind = "tensor", required = true}, {"value", required = true}}, ...)
  local x, value = given.input, given.value
  if torch.is_tensor(value) then
    if value.ndim > 0 then options.wrong("fill", "value", 2, "a number or a tensor of no dimensions", value) end
    return (torch.clone(x):copy_(value))
  end
  return (torch.clone(x):fill_(value))
end
