local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.general_cosine(M: int, a: number[], {sym: bool = true, dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: Σ (-1)^i a(i) cos(2π i k / n). sym = false: a period of a window that goes
-- on.
-- Example: torch.signal.windows.general_cosine(5, {0.5, 0.5})
return function(...)
  local given = shape.read("general_cosine", {{"a", kind = "table", required = true}}, ...)
  return shape.cosines(given, given.a)
end
