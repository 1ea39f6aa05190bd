local run = require "torch.signal.windows.shape".periodic("kaiser_window",
  {{"beta", kind = "number", default = 12.0}}, "kaiser")

--- torch.kaiser_window(window_length: int, periodic: bool = true, beta: number = 12, {dtype: any = nil,
-- device: any = nil, requires_grad: bool = false}) -> Tensor: Kaiser's window; a period of a window that goes on, or a
-- symmetric one.
-- Example: torch.kaiser_window(4)
return function(...) return run(...) end
