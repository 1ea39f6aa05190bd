local composed = require "torch.nn.composed"

--- nn.UpsamplingBilinear2d(size: ints = nil, scale_factor: any = nil): nn.Upsample with {mode = "bilinear",
-- align_corners = true}.
return composed("UpsamplingBilinear2d", {{"size"}, {"scale_factor"}}, {repr = "size:changed scale_factor:changed",
  forward = function(self, x)
    return torch.nn.functional.interpolate(x, self.size, self.scale_factor, {mode = "bilinear", align_corners = true})
  end})
