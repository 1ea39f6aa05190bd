--- nn.AdaptiveAvgPool1d(output_size: ints): nn.functional.adaptive_avg_pool1d as a layer.
return require "torch.nn.pools".adaptive_average(1)
