local options = require "torch.utils.options"

--- torch.blackman_window(window_length: int, periodic: bool = true, {dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: 0.42 - 0.5 cos(2π k / n) + 0.08 cos(4π k / n); a period of a window that
-- goes on, or a symmetric one.
-- Example: torch.blackman_window(4)
return function(...)
  local given = options.read("blackman_window", {{"window_length", kind = "count", required = true},
    {"periodic", kind = "boolean", default = true}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  return torch.signal.windows.blackman(given.window_length, {sym = not given.periodic, dtype = given.dtype,
    device = given.device, requires_grad = given.requires_grad})
end
