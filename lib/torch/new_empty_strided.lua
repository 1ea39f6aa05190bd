local options = require "torch.utils.options"

--- torch.new_empty_strided(input: Tensor, size: int[], stride: int[], {dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: torch.empty_strided with the dtype and the device of input.
-- Example: torch.new_empty_strided(torch.ones(1), {2, 3}, {1, 2}):stride()
return function(...)
  local given = options.read("new_empty_strided", {{"input", kind = "tensor", required = true},
    {"size", kind = "table", required = true}, {"stride", kind = "table", required = true}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  return torch.empty_strided(given.size, given.stride, {dtype = given.dtype or given.input.dtype,
    device = given.device or given.input.device, requires_grad = given.requires_grad})
end
