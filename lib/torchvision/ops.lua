--- torchvision.ops: boxes, regions of feature maps, and losses of detection.
--
-- A box is {x1, y1, x2, y2}: distances from the left and the upper edge of the image, in pixels. They do not count from
-- 1.
local boxes = require "torchvision.ops.boxes"
local losses = require "torchvision.ops.losses"
local regions = require "torchvision.ops.regions"

local ops = {}
for _, part in ipairs {boxes, losses, regions} do
  for name, f in pairs(part) do ops[name] = f end
end
return ops
