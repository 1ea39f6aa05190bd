local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.nuttall(M: int, {sym: bool = true, dtype: any = nil, device: any = nil, requires_grad: bool =
-- false}) -> Tensor: a sum of four cosines whose side lobes are below -93 dB (Nuttall 1981). sym = false: a period of
-- a window that goes on.
-- Example: torch.signal.windows.nuttall(5)
return function(...)
  local given = shape.read("nuttall", {}, ...)
  return shape.cosines(given, {0.3635819, 0.4891775, 0.1365995, 0.0106411})
end
