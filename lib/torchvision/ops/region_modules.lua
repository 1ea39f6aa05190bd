--- The functions of regions as modules.
local torch = require "torch"
local nn = require "torch.nn"
local options = require "torch.utils.options"
local regions = require "torchvision.ops.regions"

local modules = {}

local PARAMETERS <const> = {{"output_size", required = true}, {"spatial_scale", kind = "number", default = 1},
  {"sampling_ratio", kind = "integer", default = -1}, {"aligned", kind = "boolean", default = false}}

--- What the class `name` does: its options, the first `count` of those above, behind the input and the boxes.
local function region_class(class, name, f, count)
  local parameters = table.move(PARAMETERS, 1, count, 1, {})
  function class:__init(...)
    for key, value in pairs(options.read(name, parameters, ...)) do self[key] = value end
  end
  function class:forward(input, boxes)
    return regions[f](input, boxes, table.unpack({self.output_size, self.spatial_scale, self.sampling_ratio,
      self.aligned}, 1, count))
  end
end

--- torchvision.ops.RoIAlign(output_size: any, spatial_scale: float = 1, sampling_ratio: int = -1, aligned: bool =
-- false): roi_align as a module: called with the input and the boxes.
-- Example: torchvision.ops.RoIAlign(2)(torch.ones(1, 1, 4, 4), torch.tensor({{1., 0, 0, 4, 4}})).shape
modules.RoIAlign = torch.class("torchvision.ops.RoIAlign", nn.Module)
region_class(modules.RoIAlign, "RoIAlign", "roi_align", 4)

--- torchvision.ops.PSRoIAlign(output_size: any, spatial_scale: float = 1, sampling_ratio: int = -1): ps_roi_align as a
-- module: called with the input and the boxes.
modules.PSRoIAlign = torch.class("torchvision.ops.PSRoIAlign", nn.Module)
region_class(modules.PSRoIAlign, "PSRoIAlign", "ps_roi_align", 3)

--- torchvision.ops.RoIPool(output_size: any, spatial_scale: float = 1): roi_pool as a module: called with the input
-- and the boxes.
modules.RoIPool = torch.class("torchvision.ops.RoIPool", nn.Module)
region_class(modules.RoIPool, "RoIPool", "roi_pool", 2)

--- torchvision.ops.PSRoIPool(output_size: any, spatial_scale: float = 1): ps_roi_pool as a module: called with the
-- input and the boxes.
modules.PSRoIPool = torch.class("torchvision.ops.PSRoIPool", nn.Module)
region_class(modules.PSRoIPool, "PSRoIPool", "ps_roi_pool", 2)

local DEFORM <const> = {{"in_channels", kind = "positive", required = true},
  {"out_channels", kind = "positive", required = true}, {"kernel_size", required = true}, {"stride", default = 1},
  {"padding", default = 0}, {"dilation", default = 1}, {"groups", kind = "positive", default = 1},
  {"bias", kind = "boolean", default = true}}

--- torchvision.ops.DeformConv2d(in_channels: int, out_channels: int, kernel_size: pair, stride: pair = 1, padding:
-- pair = 0, dilation: pair = 1, groups: int = 1, bias: bool = true): deform_conv2d as a module: called with the
-- input, the offset and, or not, the mask.
-- Example: torchvision.ops.DeformConv2d(1, 2, 1)(torch.ones(1, 1, 3, 3), torch.zeros(1, 2, 3, 3)).shape
local DeformConv2d = torch.class("torchvision.ops.DeformConv2d", nn.Module)
modules.DeformConv2d = DeformConv2d

function DeformConv2d:__init(...)
  local given = options.read("DeformConv2d", DEFORM, ...)
  -- A convolution of these options has the same parameters, checks and first values.
  local conv = nn.Conv2d(given.in_channels, given.out_channels, given.kernel_size, {groups = given.groups,
    bias = given.bias})
  self.weight = conv.weight
  self:register_parameter("bias", conv.bias)
  for key, value in pairs(given) do
    if key ~= "bias" then self[key] = value end
  end
end

function DeformConv2d:forward(input, offset, mask)
  return regions.deform_conv2d(input, offset, self.weight, self.bias, {stride = self.stride, padding = self.padding,
    dilation = self.dilation, mask = mask})
end

return modules
