local options = require "torch.utils.options"
local pixels = require "torch.nn.functional.pixels"

--- nn.functional.pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor: The way back from pixel_shuffle:
-- (…, C, H·r, W·r) becomes (…, C·r², H, W).
-- Example: F.pixel_unshuffle(torch.ones(1, 1, 4, 4), 2).shape
return function(...)
  local x, r, front, n, c, h, w = pixels("pixel_unshuffle", "downscale_factor", ...)
  if h % r ~= 0 or w % r ~= 0 then
    options.wrong("pixel_unshuffle", "input", 1, ("a height and a width that %d divides"):format(r), x)
  end
  local out = x:reshape(n, c, h // r, r, w // r, r):permute(1, 2, 4, 6, 3, 5)
  table.move({c * r * r, h // r, w // r}, 1, 3, #front + 1, front)
  return out:reshape(front)
end
