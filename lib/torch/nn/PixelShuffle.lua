local composed = require "torch.nn.composed"

--- nn.PixelShuffle(upscale_factor: int): nn.functional.pixel_shuffle as a layer.
return composed("PixelShuffle", {{"upscale_factor", kind = "positive", required = true}}, {repr = "upscale_factor",
  forward = function(self, x) return torch.nn.functional.pixel_shuffle(x, self.upscale_factor) end})
