local masking = require "torch.masked.masking"
local function left_out() return -math.huge end
local run = masking.along("log_softmax", left_out, function(x, dim) return x:log_softmax(dim) end)

--- torch.masked.log_softmax(input: Tensor, dim: int, {dtype: dtype = nil, mask: Tensor = nil}) -> Tensor: log_softmax
-- along dim of the elements where mask holds; the others get -inf.
-- Example: torch.masked.log_softmax(torch.tensor({1.0, 5, 1}), 1, {mask = torch.tensor({true, false, true})})
-- {-0.6931, -inf, -0.6931}
return function(...) return (run(...)) end
