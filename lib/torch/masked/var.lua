local run = require "torch.masked.spread"("var", function(x) return x end)

--- torch.masked.var(input: Tensor, dim: any = nil, unbiased: bool = nil, {correction: number = nil, keepdim: bool =
-- false, dtype: dtype = nil, mask: Tensor = nil}) -> Tensor: The variance of the elements where mask holds, along dim
-- (a dimension, an array of them, or all): the squares are divided by their number less correction (1 if not given).
-- Example: torch.masked.var(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 2
return function(...) return (run(...)) end
