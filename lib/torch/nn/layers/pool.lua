-- Pooling: windows over the last dimensions.
local layer, F = require "torch.nn.layer", require "torch.nn.functional"

layer {"MaxPool2d", "(kernel_size: pair, stride: pair = kernel_size, padding: pair = 0, dilation: pair = 1, "
    .. "return_indices: bool = false, ceil_mode: bool = false)",
  repr = "kernel_size stride padding dilation ceil_mode", least = {kernel_size = 1, stride = 1, padding = 0},
  forward = function(m, input)
    return F.max_pool2d(input, m.kernel_size, m.stride, m.padding, m.dilation, m.ceil_mode, m.return_indices)
  end,
  doc = "The largest element of each window.",
  shape = [[(N, C, H, W) → (N, C, (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1, …);
also without N.]],
  notes = {stride = "kernel_size by default", ceil_mode = "whether sizes are rounded up",
    return_indices = "whether the positions in the image, from 1, come as a second result"},
  domain = "max_pool", example = "nn.MaxPool2d(2)(torch.zeros(1, 1, 4, 4)).shape"}

layer {"AvgPool2d", "(kernel_size: pair, stride: pair = kernel_size, padding: pair = 0, ceil_mode: bool = false, "
    .. "count_include_pad: bool = true, divisor_override: int = nil)",
  repr = "kernel_size stride padding", least = {kernel_size = 1, stride = 1, padding = 0},
  forward = function(m, input)
    return F.avg_pool2d(input, m.kernel_size, m.stride, m.padding, m.ceil_mode, m.count_include_pad,
      m.divisor_override)
  end,
  doc = "The mean of each window.",
  shape = "(N, C, H, W) → (N, C, (H + 2 padding - kernel_size) // stride + 1, …); also without N.",
  notes = {stride = "kernel_size by default", ceil_mode = "whether sizes are rounded up",
    count_include_pad = "whether the zeros around the image count",
    divisor_override = "what the sums are divided by instead"},
  domain = "avg_pool", example = "nn.AvgPool2d(2)(torch.zeros(1, 1, 4, 4)).shape"}
