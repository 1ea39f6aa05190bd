local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

--- nn.functional.conv1d(input: Tensor, weight: Tensor, bias: Tensor = nil, stride: int = 1, padding: any = 0,
-- dilation: int = 1, groups: int = 1) -> Tensor: Cross-correlation of sequences: input (N×C×L or C×L), weight
-- (O×C/groups×K), bias (O). padding: a number of zeros at both ends, "valid" (none) or "same".
-- Example: F.conv1d(torch.ones(1, 1, 4), torch.ones(1, 1, 2))
return function(...)
  local given = options.read("conv1d", sizes.CONVOLUTION, ...)
  local x, single = sizes.batch("conv1d", given.input, 1)
  sizes.check_weight("conv1d", given.weight, 1)
  local padding = given.padding
  if type(padding) ~= "string" then padding = {0, sizes.list("conv1d", "padding", 5, padding, 1, 0)[1]} end
  local stride = sizes.list("conv1d", "stride", 4, given.stride, 1, 1)[1]
  local dilation = sizes.list("conv1d", "dilation", 6, given.dilation, 1, 1)[1]
  local out = torch.nn.functional.conv2d(x:unsqueeze(3), given.weight:unsqueeze(3), given.bias, {1, stride}, padding,
    {1, dilation}, given.groups)
  return sizes.unbatch(out:squeeze(3), single)
end
