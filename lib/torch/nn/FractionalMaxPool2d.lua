--- nn.FractionalMaxPool2d(kernel_size: ints, output_size: ints = nil, output_ratio: any = nil, return_indices: bool =
-- false): nn.functional.fractional_max_pool2d as a layer.
return require "torch.nn.pools".fractional(2)
