local composed = require "torch.nn.composed"

--- nn.Upsample(size: ints = nil, scale_factor: any = nil, mode: string = "nearest", align_corners: bool = nil,
-- recompute_scale_factor: bool = nil): nn.functional.interpolate as a layer.
return composed("Upsample", {{"size"}, {"scale_factor"}, {"mode", kind = "string", default = "nearest"},
  {"align_corners", kind = "boolean"}, {"recompute_scale_factor", kind = "boolean"}}, {
  repr = "size:changed scale_factor:changed mode",
  forward = function(self, x)
    return torch.nn.functional.interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners,
      self.recompute_scale_factor)
  end})
