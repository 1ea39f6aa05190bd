local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.blackman(M: int, {sym: bool = true, dtype: any = nil, device: any = nil, requires_grad: bool =
-- false}) -> Tensor: 0.42 - 0.5 cos(2π k / n) + 0.08 cos(4π k / n). sym = false: a period of a window that goes on.
-- Example: torch.signal.windows.blackman(5)
return function(...)
  local given = shape.read("blackman", {}, ...)
  return shape.cosines(given, {0.42, 0.5, 0.08})
end
