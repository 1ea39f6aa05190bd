--- nn.AdaptiveMaxPool3d(output_size: ints, return_indices: bool = false): nn.functional.adaptive_max_pool3d as a
-- layer.
return require "torch.nn.pools".adaptive_max(3)
