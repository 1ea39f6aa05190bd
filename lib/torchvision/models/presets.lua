-- What makes inputs of models of images: resize, cut out the middle, normalise.
local torch = require "torch"
local functional = require "torchvision.transforms.v2.functional"
local options = require "torch.utils.options"

local MEAN <const>, STD <const> = {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}

--- presets{resize_size =, crop_size =, interpolation =, mean =, std =}: the function of an image.
return function(preset)
  return function(image)
    options.tensor("transforms", "image", 1, image)
    if image.ndim ~= 3 and image.ndim ~= 4 or image:size(-3) ~= 3 then
      options.wrong("transforms", "image", 1, "an image of three channels (3×H×W or N×3×H×W)", image)
    end
    local x = functional.resize(image, preset.resize_size, preset.interpolation)
    if preset.crop_size then x = functional.center_crop(x, preset.crop_size) end
    x = functional.to_dtype(x, torch.float32, true)
    return functional.normalize(x, preset.mean or MEAN, preset.std or STD)
  end
end
