--- nn.AdaptiveAvgPool2d(output_size: ints): nn.functional.adaptive_avg_pool2d as a layer.
return require "torch.nn.pools".adaptive_average(2)
