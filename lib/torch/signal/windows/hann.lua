local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.hann(M: int, {sym: bool = true, dtype: any = nil, device: any = nil, requires_grad: bool =
-- false}) -> Tensor: 0.5 - 0.5 cos(2π k / n). sym = false: a period of a window that goes on.
-- Example: torch.signal.windows.hann(5)
return function(...)
  local given = shape.read("hann", {}, ...)
  return shape.cosines(given, {0.5, 0.5})
end
