--- nn.LPPool1d(norm_type: float, kernel_size: ints, stride: ints = nil, ceil_mode: bool = false):
-- nn.functional.lp_pool1d as a layer.
return require "torch.nn.pools".power(1)
