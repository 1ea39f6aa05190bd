local run = require "torch.utils.moments"("var_mean", "var")

--- torch.var_mean(input: Tensor, dim: any = nil, {correction: number = 1, keepdim: bool = false, unbiased: bool =
-- nil}) -> Tensor, Tensor: The variance and the mean of all elements, or along dim (one or an array). unbiased =
-- false is correction = 0.
-- Example: torch.var_mean(torch.tensor({1.0, 2, 3}))
return function(...) return run(...) end
