local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.hamming(M: int, {sym: bool = true, dtype: any = nil, device: any = nil, requires_grad: bool =
-- false}) -> Tensor: 0.54 - 0.46 cos(2π k / n). sym = false: a period of a window that goes on.
-- Example: torch.signal.windows.hamming(5)
return function(...)
  local given = shape.read("hamming", {}, ...)
  return shape.cosines(given, {0.54, 0.46})
end
