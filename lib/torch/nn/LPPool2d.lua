--- nn.LPPool2d(norm_type: float, kernel_size: ints, stride: ints = nil, ceil_mode: bool = false):
-- nn.functional.lp_pool2d as a layer.
return require "torch.nn.pools".power(2)
