local composed = require "torch.nn.composed"

--- nn.Fold(output_size: ints, kernel_size: ints, dilation: ints = 1, padding: ints = 0, stride: ints = 1):
-- nn.functional.fold as a layer.
return composed("Fold", {{"output_size", required = true}, {"kernel_size", required = true}, {"dilation", default = 1},
  {"padding", default = 0}, {"stride", default = 1}}, {repr = "output_size kernel_size dilation padding stride",
  forward = function(self, x)
    return torch.nn.functional.fold(x, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)
  end})
