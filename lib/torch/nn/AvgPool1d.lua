--- nn.AvgPool1d(kernel_size: ints, stride: ints = nil, padding: ints = 0, ceil_mode: bool = false,
-- count_include_pad: bool = true): nn.functional.avg_pool1d as a layer.
return require "torch.nn.pools".average(1)
