--- torchvision.transforms.v2.functional: What transforms do, as functions: of images (…×C×H×W), uint8 from 0
-- to 255 or floats from 0 to 1, and of the tensors of torchvision.tv_tensors.
local functional = {}
for _, part in ipairs {"mirrors", "frames", "warps", "pixels", "colour", "meta"} do
  for name, f in pairs(require("torchvision.transforms.v2.functional." .. part)) do
    if not name:find "^_" then functional[name] = f end
  end
end
return functional
