local run = require "torch.signal.windows.shape".periodic("bartlett_window", {}, "bartlett")

--- torch.bartlett_window(window_length: int, periodic: bool = true, {dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: A triangle; a period of a window that goes on, or a symmetric one.
-- Example: torch.bartlett_window(4)
return function(...) return run(...) end
