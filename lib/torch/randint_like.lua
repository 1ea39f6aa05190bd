local options = require "torch.utils.options"

--- torch.randint_like(input: Tensor, low: int, high: int = nil, {dtype: any = nil, device: any = nil, requires_grad:
-- bool = false}) -> Tensor: Integers from low to high - 1 (of one number: from 0 to low - 1) in the shape, dtype and
-- device of input.
-- Example: torch.randint_like(torch.zeros(2, 3), 10)
return function(...)
  local given = options.read("randint_like", {{"input", kind = "tensor", required = true},
    {"low", kind = "integer", required = true}, {"high", kind = "integer"}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  local low, high = given.low, given.high
  if high == nil then low, high = 0, low end
  if high <= low then options.wrong("randint_like", "high", 3, ("a number above %d"):format(low), high) end
  return torch.randint(low, high, given.input.shape, {dtype = given.dtype or given.input.dtype,
    device = given.device or given.input.device, requires_grad = given.requires_grad})
end
