local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.bartlett(M: int, {sym: bool = true, dtype: any = nil, device: any = nil, requires_grad: bool =
-- false}) -> Tensor: 1 - |2 k / n - 1|, a triangle. sym = false: a period of a window that goes on.
-- Example: torch.signal.windows.bartlett(5)
return function(...)
  local given = shape.read("bartlett", {}, ...)
  return shape.window(given, function(k, n) return 1 - torch.abs(k * (2 / n) - 1) end)
end
