local options = require "torch.utils.options"

local PARAMETERS <const> = {{"theta", kind = "tensor", required = true}, {"size", required = true},
  {"align_corners", kind = "boolean", default = false}}

-- The places of n samples from -1 to 1: of the corners' centres with `align`, else of those of n equal parts.
local function places(n, theta, align)
  local list = {}
  for i = 1, n do
    local at = n > 1 and -1 + 2 * (i - 1) / (n - 1) or 0
    list[i] = align and at or at * (n - 1) / n
  end
  return torch.tensor(list, {dtype = theta.dtype, device = theta.device})
end

-- The sizes of the result, of which the first is the batch's and the second is not used.
local function check(theta, size)
  local length = options.length(size)
  local n = (length or 0) - 2
  if n ~= 2 and n ~= 3 then
    options.wrong("affine_grid", "size", 2, "an array of 4 or 5 sizes", size)
  end
  for i = 1, length do
    if not options.integer(size[i]) or size[i] < 1 then
      options.wrong("affine_grid", "size", 2, "positive integers", size[i])
    end
  end
  if not theta:is_floating_point() or theta.shape ~= {size[1], n, n + 1} then
    options.wrong("affine_grid", "theta", 1, ("a floating-point tensor (%d×%d×%d)"):format(size[1], n, n + 1), theta)
  end
  return n
end

--- nn.functional.affine_grid(theta: Tensor, size: ints, align_corners: bool = false) -> Tensor: For each pixel of
-- images of `size` (N, C, H, W) the place x, y that the matrix of its sample (N×2×3) sends it to; volumes take
-- N×3×4 and give x, y, z. The image reaches from -1 to 1: its corner pixels' centres with align_corners, else its
-- edges.
-- Example: F.affine_grid(torch.tensor({{{1.0, 0, 0}, {0, 1, 0}}}), {1, 1, 2, 2})
return function(...)
  local given = options.read("affine_grid", PARAMETERS, ...)
  local theta, size = given.theta, given.size
  local n = check(theta, size)
  local shape, whole = {}, {}
  for i = 1, n do shape[i] = size[i + 2] end
  options.room("affine_grid", shape)
  for i = 1, n do -- x belongs to the last dimension
    local along = {}
    for d = 1, n do along[d] = d == n + 1 - i and shape[d] or 1 end
    whole[i] = places(size[n + 3 - i], theta, given.align_corners):reshape(along):expand(shape)
  end
  whole[n + 1] = torch.ones(shape, {dtype = theta.dtype, device = theta.device})
  local points = torch.stack(whole, n + 1):reshape(-1, n + 1)
  local grid = points:unsqueeze(1):matmul(theta:transpose(2, 3))
  local out = table.move(shape, 1, n, 2, {size[1]})
  out[n + 2] = n
  return grid:reshape(out)
end
