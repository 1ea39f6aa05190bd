--- torchvision.transforms.v2: Transforms of images together with their masks, bounding boxes and key points. Each is an
-- object that is called with an image or a sample. What is random draws from the default generator, which a DataLoader
-- seeds for every batch, or from its option `generator`.
local guarded = require "torchvision.transforms.v2.guarded"
local v2 = torch._C.lazy({}, "torchvision.transforms.v2")

for _, part in ipairs {"containers", "frames", "warps", "colours", "values", "objects", "mixing", "automatic"} do
  for name, class in pairs(require("torchvision.transforms.v2." .. part)) do v2[name] = guarded(class) end
end
v2.Transform = require "torchvision.transforms.v2.Transform"

--- torchvision.transforms.v2.InterpolationMode: How pixels are read between pixels; the names are strings: NEAREST,
-- NEAREST_EXACT, BILINEAR, BICUBIC, LANCZOS.
v2.InterpolationMode = {NEAREST = "nearest", NEAREST_EXACT = "nearest-exact", BILINEAR = "bilinear",
  BICUBIC = "bicubic", LANCZOS = "lanczos"}

return v2
