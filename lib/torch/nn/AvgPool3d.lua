--- nn.AvgPool3d(kernel_size: ints, stride: ints = nil, padding: ints = 0, ceil_mode: bool = false,
-- count_include_pad: bool = true,
-- divisor_override: int = nil): nn.functional.avg_pool3d as a layer.
return require "torch.nn.pools".average(3)
