local shape = require "torch.signal.windows.shape"

local PARAMETERS <const> = {{"alpha", kind = "number", default = 0.54}, {"beta", kind = "number", default = 0.46}}
local run = shape.periodic("hamming_window", PARAMETERS, "general_cosine", function(how)
  how.a, how.alpha, how.beta = {how.alpha, how.beta}, nil, nil
end)

--- torch.hamming_window(window_length: int, periodic: bool = true, alpha: number = 0.54, beta: number = 0.46, {dtype:
-- any = nil, device: any = nil, requires_grad: bool = false}) -> Tensor: alpha - beta cos(2π k / n); a period of a
-- window that goes on, or a symmetric one.
-- Example: torch.hamming_window(4)
return function(...) return run(...) end
