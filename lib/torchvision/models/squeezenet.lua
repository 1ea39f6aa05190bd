-- SqueezeNet: few parameters (Iandola et al. 2016).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"

local Fire = build.class("squeezenet.Fire", function(self, from, squeeze, expand)
  self.squeeze = nn.Conv2d(from, squeeze, 1)
  self.squeeze_activation = nn.ReLU {inplace = true}
  self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
  self.expand1x1_activation = nn.ReLU {inplace = true}
  self.expand3x3 = nn.Conv2d(squeeze, expand, 3, 1, 1)
  self.expand3x3_activation = nn.ReLU {inplace = true}
end, function(self, x)
  x = self.squeeze_activation(self.squeeze(x))
  return torch.cat({self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x))}, 2)
end)

-- Of each version the first convolution {channels, kernel} and then Fire's {in, squeeze, expand}; 0: a pool.
local VERSIONS <const> = {
  ["1_0"] = {{96, 7}, 0, {96, 16, 64}, {128, 16, 64}, {128, 32, 128}, 0, {256, 32, 128}, {256, 48, 192},
    {384, 48, 192}, {384, 64, 256}, 0, {512, 64, 256}},
  ["1_1"] = {{64, 3}, 0, {64, 16, 64}, {128, 16, 64}, 0, {128, 32, 128}, {256, 32, 128}, 0, {256, 48, 192},
    {384, 48, 192}, {384, 64, 256}, {512, 64, 256}}}

local function init(self, layers, num_classes, dropout)
  local features = nn.Sequential(nn.Conv2d(3, layers[1][1], layers[1][2], 2), nn.ReLU {inplace = true})
  for i = 2, #layers do
    features:append(layers[i] == 0 and nn.MaxPool2d(3, {stride = 2, ceil_mode = true})
      or Fire(table.unpack(layers[i])))
  end
  local last = nn.Conv2d(512, num_classes, 1)
  self.features = features
  self.classifier = nn.Sequential(nn.Dropout(dropout), last, nn.ReLU {inplace = true}, nn.AdaptiveAvgPool2d(1))
  build.each(self, function(module)
    if module == last then nn.init.normal_(module.weight, 0, 0.01)
    else nn.init.kaiming_uniform_(module.weight) end
    nn.init.zeros_(module.bias)
  end)
end

local SqueezeNet = build.class("SqueezeNet", function(self, version, num_classes, dropout)
  local layers = VERSIONS[version or "1_0"]
  if not layers then
    require("torch.utils.options").wrong("SqueezeNet", "version", 1, "\"1_0\" or \"1_1\"", version)
  end
  init(self, layers, num_classes or 1000, dropout or 0.5)
end, function(self, x) return self.classifier(self.features(x)):flatten(2) end)

--- torchvision.models.squeezenet1_0(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout: float
-- = 0.5) -> Module: SqueezeNet (Iandola et al. 2016).

--- torchvision.models.squeezenet1_1(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout: float
-- = 0.5) -> Module: SqueezeNet 1.1: as good, and twice as fast.

local squeezenet = build.family({{"dropout", kind = "number", default = 0.5}}, {squeezenet1_0 = {"1_0"},
  squeezenet1_1 = {"1_1"}}, function(given, row) return SqueezeNet(row[1], given.num_classes, given.dropout) end)
--- torchvision.models.SqueezeNet(version: string = "1_0", num_classes: int = 1000, dropout: float = 0.5): The network
-- of squeezenet1_0() and squeezenet1_1().
squeezenet.SqueezeNet = SqueezeNet
return squeezenet
