local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.cosine(M: int, {sym: bool = true, dtype: any = nil, device: any = nil, requires_grad: bool =
-- false}) -> Tensor: sin(π (k + 1/2) / (n + 1)), half a wave. sym = false: a period of a window that goes on.
-- Example: torch.signal.windows.cosine(5)
return function(...)
  local given = shape.read("cosine", {}, ...)
  return shape.window(given, function(k, n) return torch.sin((k + 0.5) * (math.pi / (n + 1))) end)
end
