local masking = require "torch.masked.masking"
local function left_out() return -math.huge end
local run = masking.along("softmax", left_out, function(x, dim) return x:softmax(dim) end)

--- torch.masked.softmax(input: Tensor, dim: int, {dtype: dtype = nil, mask: Tensor = nil}) -> Tensor: softmax along dim
-- of the elements where mask holds; the others get 0.
-- Example: torch.masked.softmax(torch.tensor({1.0, 5, 1}), 1, {mask = torch.tensor({true, false, true})})
-- {0.5, 0, 0.5}
return function(...) return (run(...)) end
