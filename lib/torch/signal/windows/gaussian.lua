local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.gaussian(M: int, std: number = 1, {sym: bool = true, dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: exp(-((k - n / 2) / std)² / 2). sym = false: a period of a window that
-- goes on.
-- Example: torch.signal.windows.gaussian(5)
return function(...)
  local given = shape.read("gaussian", {{"std", kind = "number", default = 1.0}}, ...)
  return shape.window(given, function(k, n) return torch.exp(-((k - n / 2) / given.std) ^ 2 / 2) end)
end
