local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.general_hamming(M: int, alpha: number = 0.54, {sym: bool = true, dtype: any = nil, device: any
-- = nil, requires_grad: bool = false}) -> Tensor: alpha - (1 - alpha) cos(2π k / n). sym = false: a period of a
-- window that goes on.
-- Example: torch.signal.windows.general_hamming(5)
return function(...)
  local given = shape.read("general_hamming", {{"alpha", kind = "number", default = 0.54}}, ...)
  return shape.cosines(given, {given.alpha, 1 - given.alpha})
end
