local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

--- nn.functional.max_pool3d(input: Tensor, kernel_size: ints, stride: ints = nil, padding: ints = 0, dilation: ints =
-- 1, ceil_mode: bool = false, return_indices: bool = false) -> Tensor, Positions: The largest element of each window of
-- volumes (N×C×D×H×W, or without N); with return_indices its position in the flattened volume, too: first of each
-- plane, then of these in depth. See nn.functional.max_pool2d.
-- Example: F.max_pool3d(torch.rand(1, 1, 2, 2, 2), 2).shape
return function(...)
  local given = options.read("max_pool3d", sizes.MAX_POOL, ...)
  local x, single = sizes.batch("max_pool3d", given.input, 3)
  sizes.check_positive("max_pool3d", x, given.input)
  local k = sizes.list("max_pool3d", "kernel_size", 2, given.kernel_size, 3, 1)
  local s = sizes.list("max_pool3d", "stride", 3, given.stride or k, 3, 1)
  local p = sizes.list("max_pool3d", "padding", 4, given.padding, 3, 0)
  local d = sizes.list("max_pool3d", "dilation", 5, given.dilation, 3, 1)
  local pool = torch.nn.functional.max_pool2d
  local n, c, depth, plane = x:size(1), x:size(2), x:size(3), x:size(4) * x:size(5)
  local largest, places = pool(x:reshape(n, c * depth, x:size(4), x:size(5)), {k[2], k[3]}, {s[2], s[3]}, {p[2], p[3]},
    {d[2], d[3]}, given.ceil_mode, true)
  local height, width = largest:size(3), largest:size(4)
  local out, at = pool(largest:reshape(n, c, depth, height * width), {k[1], 1}, {s[1], 1}, {p[1], 0}, {d[1], 1},
    given.ceil_mode, true)
  local shape = {n, c, out:size(3), height, width}
  out = sizes.unbatch(out:reshape(shape), single)
  if not given.return_indices then return out end
  local flat = at:reshape(n, c, shape[3] * height * width)
  local inside = places:reshape(n, c, depth * height * width):gather(3, flat)
  local indices = ((flat - 1) // (height * width)) * plane + inside
  return out, sizes.unbatch(indices:reshape(shape), single)
end
