local options = require "torch.utils.options"

--- torch.kaiser_window(window_length: int, periodic: bool = true, beta: number = 12, {dtype: any = nil,
-- device: any = nil, requires_grad: bool = false}) -> Tensor: Kaiser's window; a period of a window that goes on, or a
-- symmetric one.
-- Example: torch.kaiser_window(4)
return function(...)
  local given = options.read("kaiser_window", {{"window_length", kind = "count", required = true},
    {"periodic", kind = "boolean", default = true}, {"beta", kind = "number", default = 12.0}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  return torch.signal.windows.kaiser(given.window_length, {beta = given.beta, sym = not given.periodic,
    dtype = given.dtype, device = given.device, requires_grad = given.requires_grad})
end
