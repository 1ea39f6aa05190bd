--- Tensors as pictures: the pixels of a PNG.
local options = require "torch.utils.options"

local image = {}

local SMALL = 128 -- pixels: smaller pictures are enlarged to about that

local channels = {[1] = true, [3] = true, [4] = true}

local function refuse(what, got)
  error(("display: %s, got %s"):format(what, got), 0)
end

--- A picture as (H, W, C).
local function arrange(x)
  local shape = x.shape
  if #shape == 2 then return x:unsqueeze(3) end
  if #shape == 3 and channels[shape[1]] then return x:permute({2, 3, 1}) end
  if #shape == 3 and channels[shape[3]] then return x end
  refuse("expected an image (H, W), (C, H, W) or (H, W, C) with 1, 3 or 4 channels", options.describe(x))
end

--- What is black and what is white: of bytes and booleans their range, of others 0 to 1, 0
-- to 255 or, where that does not do, the least and the greatest value.
local function range_of(x, kind)
  if kind == "torch.bool" then return 0, 1 end
  if kind == "torch.uint8" then return 0, 255 end
  local low, high = x:min():item(), x:max():item()
  if low >= 0 and high <= 1 then return 0, 1 end
  if low >= 0 and high <= 255 and high > 1 and kind:find("int") then return 0, 255 end
  return low, high
end

--- The pixels of an image: a contiguous uint8 tensor (H, W, C). `range`: {low, high};
-- `zoom`: each becomes a square of that many.
function image.pixels(x, range, zoom)
  if type(x) ~= "userdata" or not torch.is_tensor(x) then
    refuse("expected an image or the name of a file", options.describe(x))
  end
  return torch.no_grad(function()
    local pixels = arrange(x:detach())
    if pixels:numel() == 0 then refuse("expected an image with pixels", options.describe(x)) end
    local kind = tostring(x.dtype)
    pixels = pixels:double()
    pixels = pixels:masked_fill(pixels:isfinite():logical_not(), 0)
    local low, high = range_of(pixels, kind)
    if range then low, high = range[1], range[2] end
    pixels = ((pixels - low) * (255 / math.max(high - low, 1e-300)) + 0.5):clamp(0, 255):to("uint8")
    local height, width, depth = table.unpack(pixels.shape)
    zoom = zoom and math.floor(zoom) or math.max(1, SMALL // math.max(height, width))
    if zoom > 1 then
      pixels = pixels:reshape(height, 1, width, 1, depth):expand(height, zoom, width, zoom, depth)
        :reshape(height * zoom, width * zoom, depth)
    end
    return pixels:contiguous()
  end)
end

return image
