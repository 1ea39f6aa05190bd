local power_pool = require "torch.nn.functional.power_pool"

--- nn.functional.lp_pool3d(input: Tensor, norm_type: float, kernel_size: ints, stride: ints = nil, ceil_mode: bool =
-- false) -> Tensor: (Σ x^p)^(1/p) with p = norm_type of each window: 1 the sum, ∞ were the largest.
-- Example: F.lp_pool3d(torch.ones(1, 1, 1, 1, 2), 2, 1)
return function(...) return power_pool("lp_pool3d", 3, torch.nn.functional.avg_pool3d, ...) end
