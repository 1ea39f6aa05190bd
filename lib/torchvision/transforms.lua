--- torchvision.transforms: Transforms of images: what makes them ready for a model, and random ones that vary them.
-- They are those of torchvision.transforms.v2, which also know masks, bounding boxes and key points.
local transforms = torch._C.lazy({}, "torchvision.transforms")
local v2 = require "torchvision.transforms.v2"

for name, value in pairs(v2) do
  if name ~= "functional" and name ~= "Transform" then transforms[name] = value end
end

--- torchvision.transforms.InterpolationMode: How pixels are read between pixels; the names are strings: NEAREST,
-- NEAREST_EXACT, BILINEAR, BICUBIC, LANCZOS.
transforms.InterpolationMode = v2.InterpolationMode
--- torchvision.transforms.AutoAugmentPolicy: The policies of AutoAugment, which are strings: IMAGENET ("imagenet"),
-- CIFAR10 ("cifar10"), SVHN ("svhn").
transforms.AutoAugmentPolicy = v2.AutoAugmentPolicy

return transforms
