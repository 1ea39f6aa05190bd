local run = require "torch.masked.spread"("std", torch.sqrt)

--- torch.masked.std(input: Tensor, dim: any = nil, unbiased: bool = nil, {correction: number = nil, keepdim: bool =
-- false, dtype: dtype = nil, mask: Tensor = nil}) -> Tensor: The standard deviation of the elements where mask holds,
-- along dim (a dimension, an array of them, or all): the squares are divided by their number less correction (1 if not
-- given).
-- Example: torch.masked.std(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 1.4142
return function(...) return (run(...)) end
