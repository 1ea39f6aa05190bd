-- DenseNet: each layer reads what all layers before it in its block made (Huang et al. 2017).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"

local function conv(from, to, kernel_size, padding)
  return nn.Conv2d(from, to, kernel_size, {padding = padding, bias = false})
end

local DenseLayer = build.class("densenet.DenseLayer", function(self, from, given)
  local inner = given.bn_size * given.growth_rate
  self.norm1, self.relu1, self.conv1 = nn.BatchNorm2d(from), nn.ReLU {inplace = true}, conv(from, inner, 1, 0)
  self.norm2, self.relu2 = nn.BatchNorm2d(inner), nn.ReLU {inplace = true}
  self.conv2 = conv(inner, given.growth_rate, 3, 1)
  self.drop_rate, self.memory_efficient = given.drop_rate, given.memory_efficient
end, function(self, features)
  local function bottleneck(...) return self.conv1(self.relu1(self.norm1(torch.cat({...}, 2)))) end
  local list, inner = torch.is_tensor(features) and {features} or features, nil
  if self.memory_efficient and torch.is_grad_enabled() then
    inner = torch.utils.checkpoint.checkpoint(bottleneck, table.unpack(list))
  else inner = bottleneck(table.unpack(list)) end
  local new = self.conv2(self.relu2(self.norm2(inner)))
  return self.drop_rate > 0 and torch.nn.functional.dropout(new, self.drop_rate, self.training) or new
end)

local DenseBlock = build.class("densenet.DenseBlock", function(self, count, from, given)
  for i = 1, count do
    self:add_module("denselayer" .. i, DenseLayer(from + (i - 1) * given.growth_rate, given))
  end
end, function(self, x)
  local features = {x}
  for _, layer in ipairs(self:children()) do features[#features + 1] = layer(features) end
  return torch.cat(features, 2)
end)

local function transition(from, to)
  return nn.Sequential {{"norm", nn.BatchNorm2d(from)}, {"relu", nn.ReLU {inplace = true}},
    {"conv", conv(from, to, 1, 0)}, {"pool", nn.AvgPool2d(2, 2)}}
end

local function init(self, given, blocks, first)
  local features = nn.Sequential {{"conv0", nn.Conv2d(3, first, 7, {stride = 2, padding = 3, bias = false})},
    {"norm0", nn.BatchNorm2d(first)}, {"relu0", nn.ReLU {inplace = true}}, {"pool0", nn.MaxPool2d(3, 2, 1)}}
  local channels = first
  for i, count in ipairs(blocks) do
    features:add_module("denseblock" .. i, DenseBlock(count, channels, given))
    channels = channels + count * given.growth_rate
    if i < #blocks then
      features:add_module("transition" .. i, transition(channels, channels // 2))
      channels = channels // 2
    end
  end
  features:add_module("norm5", nn.BatchNorm2d(channels))
  self.features, self.classifier = features, nn.Linear(channels, given.num_classes)
  if given.weights then return end
  build.each(self, function(module) nn.init.kaiming_normal_(module.weight) end,
    function(module) nn.init.zeros_(module.bias) end)
end

local OWN <const> = {{"bn_size", kind = "positive", default = 4}, {"drop_rate", kind = "number", default = 0},
  {"memory_efficient", kind = "boolean", default = false}}

local DenseNet = build.class("DenseNet", function(self, growth_rate, block_config, num_init_features, given)
  local all = {growth_rate = growth_rate or 32, num_classes = 1000, bn_size = 4, drop_rate = 0,
    memory_efficient = false}
  for key, value in pairs(given or {}) do all[key] = value end
  init(self, all, block_config or {6, 12, 24, 16}, num_init_features or 64)
end, function(self, x)
  local features = self.features(x):relu_()
  return self.classifier(torch.nn.functional.adaptive_avg_pool2d(features, 1):flatten(2))
end)

--- Files of older versions write norm.1 for norm1.
local function rename(state)
  local renamed = {}
  for name, value in pairs(state) do
    renamed[name:gsub("(denselayer%d+%.%a+)%.(%d%.)", "%1%2")] = value
  end
  return renamed
end

--- torchvision.models.densenet121(weights: any = nil, progress: bool = true, num_classes: int = 1000, bn_size: int =
-- 4, drop_rate: float = 0, memory_efficient: bool = false) -> Module: DenseNet with 121 layers (Huang et al. 2017).
-- memory_efficient: what is joined is computed again in the backward pass.

--- torchvision.models.densenet161(weights: any = nil, progress: bool = true, num_classes: int = 1000, bn_size: int =
-- 4, drop_rate: float = 0, memory_efficient: bool = false) -> Module: DenseNet with 161 layers, 48 channels a layer.

--- torchvision.models.densenet169(weights: any = nil, progress: bool = true, num_classes: int = 1000, bn_size: int =
-- 4, drop_rate: float = 0, memory_efficient: bool = false) -> Module: DenseNet with 169 layers.

--- torchvision.models.densenet201(weights: any = nil, progress: bool = true, num_classes: int = 1000, bn_size: int =
-- 4, drop_rate: float = 0, memory_efficient: bool = false) -> Module: DenseNet with 201 layers.

local densenet = build.family(OWN, {densenet121 = {32, {6, 12, 24, 16}, 64}, densenet161 = {48, {6, 12, 36, 24}, 96},
  densenet169 = {32, {6, 12, 32, 32}, 64}, densenet201 = {32, {6, 12, 48, 32}, 64}}, function(given, row)
  return DenseNet(row[1], row[2], row[3], given)
end, rename)
--- torchvision.models.DenseNet(growth_rate: int = 32, block_config: int[] = nil, num_init_features: int = 64, options:
-- table = nil): The network of densenet121() and the like: blocks of so many layers, each of growth_rate channels.
densenet.DenseNet = DenseNet
return densenet
