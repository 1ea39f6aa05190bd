local run = require "torch.signal.windows.shape".periodic("blackman_window", {}, "blackman")

--- torch.blackman_window(window_length: int, periodic: bool = true, {dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: 0.42 - 0.5 cos(2π k / n) + 0.08 cos(4π k / n); a period of a window that
-- goes on, or a symmetric one.
-- Example: torch.blackman_window(4)
return function(...) return run(...) end
