local options = require "torch.utils.options"
local pixels = require "torch.nn.functional.pixels"

--- nn.functional.pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor: (…, C·r², H, W) becomes (…, C,
-- H·r, W·r): r² channels make the pixels of one that is r times as large (Shi et al. 2016).
-- Example: F.pixel_shuffle(torch.ones(1, 4, 2, 2), 2).shape
return function(...)
  local x, r, front, n, c, h, w = pixels("pixel_shuffle", "upscale_factor", ...)
  if c % (r * r) ~= 0 then
    options.wrong("pixel_shuffle", "input", 1, ("a number of channels that %d divides"):format(r * r), x)
  end
  local out = x:reshape(n, c // (r * r), r, r, h, w):permute(1, 2, 5, 3, 6, 4)
  table.move({c // (r * r), h * r, w * r}, 1, 3, #front + 1, front)
  return out:reshape(front)
end
