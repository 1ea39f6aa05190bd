--- torchvision.transforms: Transforms of images: what makes them ready for a model, and random ones that vary them.
-- They are those of torchvision.transforms.v2, which also know masks, bounding boxes and key points.
local transforms = torch._C.lazy({}, "torchvision.transforms")
for name, value in pairs(require "torchvision.transforms.v2") do
  if name ~= "functional" then transforms[name] = value end
end
return transforms
