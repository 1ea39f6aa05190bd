local options = require "torch.utils.options"

--- torch.hamming_window(window_length: int, periodic: bool = true, alpha: number = 0.54, beta: number = 0.46, {dtype:
-- any = nil, device: any = nil, requires_grad: bool = false}) -> Tensor: alpha - beta cos(2π k / n); a period of a
-- window that goes on, or a symmetric one.
-- Example: torch.hamming_window(4)
return function(...)
  local given = options.read("hamming_window", {{"window_length", kind = "count", required = true},
    {"periodic", kind = "boolean", default = true}, {"alpha", kind = "number", default = 0.54},
    {"beta", kind = "number", default = 0.46}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  return torch.signal.windows.general_cosine(given.window_length, {given.alpha, given.beta}, {sym = not given.periodic,
    dtype = given.dtype, device = given.device, requires_grad = given.requires_grad})
end
