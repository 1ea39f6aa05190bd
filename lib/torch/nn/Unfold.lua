local composed = require "torch.nn.composed"

--- nn.Unfold(kernel_size: ints, dilation: ints = 1, padding: ints = 0, stride: ints = 1): nn.functional.unfold as a
-- layer.
return composed("Unfold", {{"kernel_size", required = true}, {"dilation", default = 1}, {"padding", default = 0},
  {"stride", default = 1}}, {repr = "kernel_size dilation padding stride",
  forward = function(self, x)
    return torch.nn.functional.unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)
  end})
