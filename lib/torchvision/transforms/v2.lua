--- torchvision.transforms.v2: Transforms of images together with their masks, bounding boxes and key points.
local v2 = torch._C.lazy({}, "torchvision.transforms.v2")
return v2
