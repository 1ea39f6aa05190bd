local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.exponential(M: int, center: number = nil, tau: number = 1, {sym: bool = true, dtype: any =
-- nil, device: any = nil, requires_grad: bool = false}) -> Tensor: exp(-|k - center| / tau); the center is that of
-- the window if not given. sym = false: a period of a window that goes on.
-- Example: torch.signal.windows.exponential(5)
return function(...)
  local given = shape.read("exponential", {{"center", kind = "number"}, {"tau", kind = "number", default = 1.0}}, ...)
  if given.center and given.sym then
    require "torch.utils.options".raise "exponential: 'center' is for windows that are not symmetric: give sym = false"
  end
  return shape.window(given, function(k, n) return torch.exp(-torch.abs(k - (given.center or n / 2)) / given.tau) end)
end
