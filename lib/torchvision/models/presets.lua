-- What makes inputs of models of images: resize, cut out the middle, normalise.
local torch = require "torch"
local options = require "torch.utils.options"

local MEAN <const>, STD <const> = {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}

--- uint8 images as float32 in [0, 1], floating ones as they are, with a batch in front.
local function batched(x)
  local name = "transforms"
  options.tensor(name, "image", 1, x)
  if x.ndim ~= 3 and x.ndim ~= 4 or x:size(-3) ~= 3 then
    options.wrong(name, "image", 1, "an image of three channels (3×H×W or N×3×H×W)", x)
  end
  if not x:is_floating_point() then x = x:to("float32") / 255 end
  return x.ndim == 3 and x:unsqueeze(1) or x, x.ndim == 3
end

--- The shorter edge becomes `size` pixels long.
local function resized(x, size, interpolation)
  local h, w = x:size(3), x:size(4)
  if math.min(h, w) == size then return x end
  local to = h <= w and {size, size * w // h} or {size * h // w, size}
  local how = {size = to, mode = interpolation}
  if interpolation ~= "nearest" then how.align_corners, how.antialias = false, true end
  return torch.nn.functional.interpolate(x, how)
end

--- The middle, size × size, with zeros around where the image is smaller.
local function cropped(x, size)
  local h, w = x:size(3), x:size(4)
  local more_h, more_w = math.max(size - h, 0), math.max(size - w, 0)
  if more_h + more_w > 0 then
    x = torch.nn.functional.pad(x, {more_w // 2, more_w - more_w // 2, more_h // 2, more_h - more_h // 2})
    h, w = x:size(3), x:size(4)
  end
  local function round(n) return (n + 1) // 2 - (n % 4 == 1 and 1 or 0) end -- n / 2, halves to even
  return x:narrow(3, round(h - size) + 1, size):narrow(4, round(w - size) + 1, size)
end

--- presets{resize_size =, crop_size =, interpolation =, mean =, std =}: the function of an image.
return function(preset)
  local function of(list, x) return torch.tensor(list, {dtype = x.dtype, device = x.device}):reshape(1, 3, 1, 1) end
  return function(image)
    local x, is_single = batched(image)
    x = resized(x, preset.resize_size, preset.interpolation)
    if preset.crop_size then x = cropped(x, preset.crop_size) end
    x = (x - of(preset.mean or MEAN, x)) / of(preset.std or STD, x)
    return is_single and x:squeeze(1) or x
  end
end
