--- nn.AdaptiveMaxPool1d(output_size: ints, return_indices: bool = false): nn.functional.adaptive_max_pool1d as a
-- layer.
return require "torch.nn.pools".adaptive_max(1)
