local shape = require "torch.signal.windows.shape"

--- torch.signal.windows.kaiser(M: int, beta: number = 12, {sym: bool = true, dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: i0(beta √(1 - (2 k / n - 1)²)) / i0(beta), with Bessel's function i0.
-- sym = false: a period of a window that goes on.
-- Example: torch.signal.windows.kaiser(5)
return function(...)
  local given = shape.read("kaiser", {{"beta", kind = "number", default = 12.0}}, ...)
  return shape.window(given, function(k, n)
    local root = (1 - (k * (2 / n) - 1) ^ 2):clamp(0):sqrt()
    return torch.i0(root * given.beta) / torch.i0(torch.tensor(given.beta, {dtype = torch.float64}))
  end)
end
