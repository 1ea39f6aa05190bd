--- torchvision.ops: boxes, regions of feature maps, losses of detection, and layers of models for images.
--
-- A box is {x1, y1, x2, y2}: distances from the left and the upper edge of the image, in pixels. They do not count from
-- 1.
local ops = {}
for _, name in ipairs {"boxes", "layers", "losses", "pyramids", "region_modules", "regions"} do
  for key, value in pairs(require("torchvision.ops." .. name)) do ops[key] = value end
end
return ops
