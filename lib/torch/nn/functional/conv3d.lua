local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

-- The zeros in front and behind by dimension.
local function ends(given, kernel, dilation, stride)
  local front, behind, padding = {}, {}, given.padding
  if padding == "same" then
    for i = 1, 3 do
      if stride[i] ~= 1 then options.raise "conv3d: padding = 'same' needs stride 1" end
      local total = dilation[i] * (kernel[i] - 1)
      front[i], behind[i] = total // 2, total - total // 2
    end
    return front, behind
  end
  front = sizes.list("conv3d", "padding", 5, padding == "valid" and 0 or padding, 3, 0)
  return front, front
end

--- nn.functional.conv3d(input: Tensor, weight: Tensor, bias: Tensor = nil, stride: ints = 1, padding: any = 0,
-- dilation: ints = 1, groups: int = 1) -> Tensor: Cross-correlation of volumes: input (N×C×D×H×W, or without N),
-- weight (O×C/groups×KD×KH×KW), bias (O). padding: zeros at both ends, "valid" (none) or "same".
-- The planes of a window in depth become channels of one conv2d.
-- Example: F.conv3d(torch.ones(1, 1, 3, 3, 3), torch.ones(1, 1, 2, 2, 2)):sum()
return function(...)
  local given = options.read("conv3d", sizes.CONVOLUTION, ...)
  local x, single = sizes.batch("conv3d", given.input, 3)
  local weight = given.weight
  sizes.check_weight("conv3d", weight, 3)
  local kernel = {weight:size(3), weight:size(4), weight:size(5)}
  local stride = sizes.list("conv3d", "stride", 4, given.stride, 3, 1)
  local dilation = sizes.list("conv3d", "dilation", 6, given.dilation, 3, 1)
  local front, behind = ends(given, kernel, dilation, stride)
  x = torch.nn.functional.pad(x, {front[3], behind[3], front[2], behind[2], front[1], behind[1]})
  local span = dilation[1] * (kernel[1] - 1) + 1
  if span > x:size(3) then
    options.raise(("conv3d: 'weight' (argument 2): a depth of %d does not fit into %d"):format(span, x:size(3)))
  end
  local windows = x:unfold(3, span, stride[1]) -- N×C×D'×H×W×span
  if dilation[1] > 1 then windows = windows[{"...", {1, span, dilation[1]}}] end
  local n, depth, channels = x:size(1), windows:size(3), x:size(2) * kernel[1]
  local planes = windows:permute(1, 3, 2, 6, 4, 5):reshape(n * depth, channels, x:size(4), x:size(5))
  local out = torch.nn.functional.conv2d(planes,
    weight:reshape(weight:size(1), weight:size(2) * kernel[1], kernel[2], kernel[3]), given.bias,
    {stride[2], stride[3]}, 0, {dilation[2], dilation[3]}, given.groups)
  out = out:reshape(n, depth, out:size(2), out:size(3), out:size(4)):transpose(2, 3):contiguous()
  return sizes.unbatch(out, single)
end
