--- nn.AdaptiveMaxPool2d(output_size: ints, return_indices: bool = false): nn.functional.adaptive_max_pool2d as a
-- layer.
return require "torch.nn.pools".adaptive_max(2)
