local options = require "torch.utils.options"

--- torch.bartlett_window(window_length: int, periodic: bool = true, {dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: A triangle; a period of a window that goes on, or a symmetric one.
-- Example: torch.bartlett_window(4)
return function(...)
  local given = options.read("bartlett_window", {{"window_length", kind = "count", required = true},
    {"periodic", kind = "boolean", default = true}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  return torch.signal.windows.bartlett(given.window_length, {sym = not given.periodic, dtype = given.dtype,
    device = given.device, requires_grad = given.requires_grad})
end
