local composed = require "torch.nn.composed"

--- nn.UpsamplingNearest2d(size: ints = nil, scale_factor: any = nil): nn.Upsample with {mode = "nearest"}.
return composed("UpsamplingNearest2d", {{"size"}, {"scale_factor"}}, {repr = "size:changed scale_factor:changed",
  forward = function(self, x)
    return torch.nn.functional.interpolate(x, self.size, self.scale_factor, {mode = "nearest"})
  end})
