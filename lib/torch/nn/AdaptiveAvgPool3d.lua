--- nn.AdaptiveAvgPool3d(output_size: ints): nn.functional.adaptive_avg_pool3d as a layer.
return require "torch.nn.pools".adaptive_average(3)
