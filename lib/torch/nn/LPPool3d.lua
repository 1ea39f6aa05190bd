--- nn.LPPool3d(norm_type: float, kernel_size: ints, stride: ints = nil, ceil_mode: bool = false):
-- nn.functional.lp_pool3d as a layer.
return require "torch.nn.pools".power(3)
