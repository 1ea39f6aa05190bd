--- nn.MaxPool1d(kernel_size: ints, stride: ints = nil, padding: ints = 0, dilation: ints = 1,
-- return_indices: bool = false, ceil_mode: bool = false): nn.functional.max_pool1d as a layer.
return require "torch.nn.pools".max(1)
