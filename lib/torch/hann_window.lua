local run = require "torch.signal.windows.shape".periodic("hann_window", {}, "hann")

--- torch.hann_window(window_length: int, periodic: bool = true, {dtype: any = nil, device: any = nil, requires_grad:
-- bool = false}) -> Tensor: Hann's window, 0.5 - 0.5 cos(2π k / n); a period of a window that goes on, or a symmetric
-- one.
-- Example: torch.hann_window(4)
return function(...) return run(...) end
