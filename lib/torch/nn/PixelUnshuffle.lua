local composed = require "torch.nn.composed"

--- nn.PixelUnshuffle(downscale_factor: int): nn.functional.pixel_unshuffle as a layer.
return composed("PixelUnshuffle", {{"downscale_factor", kind = "positive", required = true}}, {
  repr = "downscale_factor",
  forward = function(self, x) return torch.nn.functional.pixel_unshuffle(x, self.downscale_factor) end})
