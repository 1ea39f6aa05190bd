local options = require "torch.utils.options"

--- torch.scalar_tensor(s: number, {dtype: any = nil, device: any = nil, requires_grad: bool = false}) -> Tensor: A
-- number as a tensor of no dimensions, of the default float dtype.
-- Example: torch.scalar_tensor(3)
return function(...)
  local given = options.read("scalar_tensor", {{"s", required = true}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  if type(given.s) ~= "number" and type(given.s) ~= "boolean" then
    options.wrong("scalar_tensor", "s", 1, "a number", given.s)
  end
  return torch.full({}, given.s, {dtype = given.dtype or torch.get_default_dtype(), device = given.device,
    requires_grad = given.requires_grad})
end
