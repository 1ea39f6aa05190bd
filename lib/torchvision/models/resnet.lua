--- torchvision.models.resnet: ResNet and what was made of it: ResNeXt, wide ResNet.
local torch = require "torch"
local nn = require "torch.nn"
local options = require "torch.utils.options"
local build = require "torchvision.models.build"

local function conv3x3(from, to, stride, groups, dilation)
  return nn.Conv2d(from, to, 3, {stride = stride, padding = dilation, groups = groups, bias = false,
    dilation = dilation})
end

local function conv1x1(from, to, stride) return nn.Conv2d(from, to, 1, {stride = stride or 1, bias = false}) end

-- Blocks -----------------------------------------------------------------------------------

--- torchvision.models.resnet.BasicBlock(from: int, planes: int, options: table): Two 3×3 convolutions and what was
-- there before; options stride, downsample, groups, base_width, norm_layer, dilation.
local BasicBlock = build.class("resnet.BasicBlock", function(self, from, planes, given)
  if given.groups ~= 1 or given.base_width ~= 64 then
    options.raise("resnet: 'groups', 'width_per_group': expected 1 and 64, for the blocks of this depth have no others")
  elseif given.dilation > 1 then
    options.raise("resnet: 'replace_stride_with_dilation': the blocks of this depth have no dilation")
  end
  self.conv1 = conv3x3(from, planes, given.stride, 1, 1)
  self.bn1 = given.norm_layer(planes)
  self.relu = nn.ReLU {inplace = true}
  self.conv2 = conv3x3(planes, planes, 1, 1, 1)
  self.bn2 = given.norm_layer(planes)
  if given.downsample then self.downsample = given.downsample end
end, function(self, x)
  local out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
  return self.relu(out:add_(self.downsample and self.downsample(x) or x))
end)
BasicBlock.expansion = 1

--- torchvision.models.resnet.Bottleneck(from: int, planes: int, options: table): Convolutions 1×1, 3×3 (with the
-- stride) and 1×1, and what was there before; options as those of BasicBlock.
local Bottleneck = build.class("resnet.Bottleneck", function(self, from, planes, given)
  local width = planes * given.base_width // 64 * given.groups
  self.conv1 = conv1x1(from, width)
  self.bn1 = given.norm_layer(width)
  self.conv2 = conv3x3(width, width, given.stride, given.groups, given.dilation)
  self.bn2 = given.norm_layer(width)
  self.conv3 = conv1x1(width, planes * 4)
  self.bn3 = given.norm_layer(planes * 4)
  self.relu = nn.ReLU {inplace = true}
  if given.downsample then self.downsample = given.downsample end
end, function(self, x)
  local out = self.relu(self.bn1(self.conv1(x)))
  out = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(out)))))
  return self.relu(out:add_(self.downsample and self.downsample(x) or x))
end)
Bottleneck.expansion = 4

-- The network --------------------------------------------------------------------------------

--- `count` blocks, the first of which changes the number of channels and has the stride, or the dilation in its place.
local function layer(state, block, planes, count, stride, dilate)
  local given, before, downsample = state.given, state.dilation, nil
  if dilate then state.dilation, stride = state.dilation * stride, 1 end
  if stride ~= 1 or state.from ~= planes * block.expansion then
    downsample = nn.Sequential(conv1x1(state.from, planes * block.expansion, stride),
      given.norm_layer(planes * block.expansion))
  end
  local made = nn.Sequential()
  for i = 1, count do
    made:append(block(state.from, planes, {stride = i == 1 and stride or 1, downsample = i == 1 and downsample or nil,
      groups = given.groups, base_width = given.width_per_group, norm_layer = given.norm_layer,
      dilation = i == 1 and before or state.dilation}))
    state.from = planes * block.expansion
  end
  return made
end

local function init(self, block, layers, given)
  local state = {from = 64, dilation = 1, given = given}
  local dilate = given.replace_stride_with_dilation or {false, false, false}
  if #dilate ~= 3 then
    options.wrong("resnet", "replace_stride_with_dilation", nil, "an array of three booleans", dilate)
  end
  self.conv1 = nn.Conv2d(3, 64, 7, {stride = 2, padding = 3, bias = false})
  self.bn1 = given.norm_layer(64)
  self.relu = nn.ReLU {inplace = true}
  self.maxpool = nn.MaxPool2d(3, 2, 1)
  for i, count in ipairs(layers) do
    self["layer" .. i] = layer(state, block, 32 << i, count, i == 1 and 1 or 2, i > 1 and dilate[i - 1])
  end
  self.avgpool = nn.AdaptiveAvgPool2d(1)
  self.fc = nn.Linear(512 * block.expansion, given.num_classes)
  if not given.weights then build.each(self, build.kaiming) end
  if given.zero_init_residual then
    for _, module in ipairs(self:modules()) do
      local last = torch.isinstance(module, Bottleneck) and module.bn3
        or torch.isinstance(module, BasicBlock) and module.bn2
      if last then nn.init.zeros_(last.weight) end
    end
  end
end

local OWN <const> = {{"zero_init_residual", kind = "boolean", default = false},
  {"groups", kind = "positive", default = 1}, {"width_per_group", kind = "positive", default = 64},
  {"replace_stride_with_dilation", kind = "table"}, {"norm_layer", kind = "callable"}}
local CLASS <const> = table.move(OWN, 1, #OWN, 4, {{"block", kind = "any"}, {"layers", kind = "table", required = true},
  {"num_classes", kind = "positive", default = 1000}})

local ResNet = build.class("ResNet", function(self, ...)
  local given = options.read("ResNet", CLASS, ...)
  given.norm_layer = given.norm_layer or nn.BatchNorm2d
  if not options.is_callable(given.block) then
    options.wrong("ResNet", "block", 1, "models.resnet.BasicBlock or Bottleneck", given.block)
  end
  init(self, given.block, given.layers, given)
end, function(self, x)
  x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
  x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
  return self.fc(self.avgpool(x):flatten(2))
end)

--- torchvision.models.resnet18(weights: any = nil, progress: bool = true, num_classes: int = 1000, zero_init_residual:
-- bool = false, groups: int = 1, width_per_group: int = 64, replace_stride_with_dilation: table = nil, norm_layer:
-- callable = nil) -> Module: ResNet with 18 layers (He et al. 2016).
-- Example: torchvision.models.resnet18({num_classes = 10}):eval()(torch.ones(1, 3, 32, 32)).shape

--- torchvision.models.resnet34(weights: any = nil, progress: bool = true, num_classes: int = 1000, zero_init_residual:
-- bool = false, groups: int = 1, width_per_group: int = 64, replace_stride_with_dilation: table = nil, norm_layer:
-- callable = nil) -> Module: ResNet with 34 layers (He et al. 2016).

--- torchvision.models.resnet50(weights: any = nil, progress: bool = true, num_classes: int = 1000, zero_init_residual:
-- bool = false, groups: int = 1, width_per_group: int = 64, replace_stride_with_dilation: table = nil, norm_layer:
-- callable = nil) -> Module: ResNet with 50 layers (He et al. 2016); the stride is in the 3×3 convolution.

--- torchvision.models.resnet101(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- zero_init_residual: bool = false, groups: int = 1, width_per_group: int = 64, replace_stride_with_dilation: table =
-- nil, norm_layer: callable = nil) -> Module: ResNet with 101 layers (He et al. 2016).

--- torchvision.models.resnet152(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- zero_init_residual: bool = false, groups: int = 1, width_per_group: int = 64, replace_stride_with_dilation: table =
-- nil, norm_layer: callable = nil) -> Module: ResNet with 152 layers (He et al. 2016).

--- torchvision.models.resnext50_32x4d(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- zero_init_residual: bool = false, groups: int = 32, width_per_group: int = 4, replace_stride_with_dilation: table =
-- nil, norm_layer: callable = nil) -> Module: ResNeXt with 50 layers and 32 groups of 4 channels (Xie et al. 2017).

--- torchvision.models.resnext101_32x8d(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- zero_init_residual: bool = false, groups: int = 32, width_per_group: int = 8, replace_stride_with_dilation: table =
-- nil, norm_layer: callable = nil) -> Module: ResNeXt with 101 layers and 32 groups of 8 channels (Xie et al. 2017).

--- torchvision.models.resnext101_64x4d(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- zero_init_residual: bool = false, groups: int = 64, width_per_group: int = 4, replace_stride_with_dilation: table =
-- nil, norm_layer: callable = nil) -> Module: ResNeXt with 101 layers and 64 groups of 4 channels (Xie et al. 2017).

--- torchvision.models.wide_resnet50_2(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- zero_init_residual: bool = false, groups: int = 1, width_per_group: int = 128, replace_stride_with_dilation: table
-- = nil, norm_layer: callable = nil) -> Module: resnet50 with twice the channels inside its blocks (Zagoruyko and
-- Komodakis 2016).

--- torchvision.models.wide_resnet101_2(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- zero_init_residual: bool = false, groups: int = 1, width_per_group: int = 128, replace_stride_with_dilation: table
-- = nil, norm_layer: callable = nil) -> Module: resnet101 with twice the channels inside its blocks (Zagoruyko and
-- Komodakis 2016).

local wide, short <const> = {width_per_group = 128}, {3, 4, 6, 3}
local resnet = build.family(OWN, {
  resnet18 = {BasicBlock, {2, 2, 2, 2}}, resnet34 = {BasicBlock, short}, resnet50 = {Bottleneck, short},
  resnet101 = {Bottleneck, {3, 4, 23, 3}}, resnet152 = {Bottleneck, {3, 8, 36, 3}},
  resnext50_32x4d = {Bottleneck, short, defaults = {groups = 32, width_per_group = 4}},
  resnext101_32x8d = {Bottleneck, {3, 4, 23, 3}, defaults = {groups = 32, width_per_group = 8}},
  resnext101_64x4d = {Bottleneck, {3, 4, 23, 3}, defaults = {groups = 64, width_per_group = 4}},
  wide_resnet50_2 = {Bottleneck, short, defaults = wide},
  wide_resnet101_2 = {Bottleneck, {3, 4, 23, 3}, defaults = wide}}, function(given, row)
  return ResNet {block = row[1], layers = row[2], num_classes = given.num_classes, groups = given.groups,
    zero_init_residual = given.zero_init_residual, width_per_group = given.width_per_group,
    replace_stride_with_dilation = given.replace_stride_with_dilation, norm_layer = given.norm_layer}
end)

--- torchvision.models.ResNet(block: any, layers: int[], num_classes: int = 1000, zero_init_residual: bool = false,
-- groups: int = 1, width_per_group: int = 64, replace_stride_with_dilation: table = nil, norm_layer: callable = nil):
-- The network of resnet18() and the like: four layers of blocks. replace_stride_with_dilation: for each of the last
-- three whether it keeps the size.
resnet.ResNet = ResNet
resnet.BasicBlock, resnet.Bottleneck = BasicBlock, Bottleneck
return resnet
