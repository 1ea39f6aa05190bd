-- VGG: 3×3 convolutions only (Simonyan and Zisserman 2015).
local nn = require "torch.nn"
local build = require "torchvision.models.build"

-- Numbers of channels; 0: a pool.
local LAYERS <const> = {
  [11] = {64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0},
  [13] = {64, 64, 0, 128, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0},
  [16] = {64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0},
  [19] = {64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0}}

local function features(layers, with_norm)
  local made, from = nn.Sequential(), 3
  for _, channels in ipairs(layers) do
    if channels == 0 then made:append(nn.MaxPool2d(2, 2))
    else
      made:append(nn.Conv2d(from, channels, 3, 1, 1))
      if with_norm then made:append(nn.BatchNorm2d(channels)) end
      made:append(nn.ReLU {inplace = true})
      from = channels
    end
  end
  return made
end

local function init(self, layers, num_classes, init_weights, dropout)
  self.features = layers
  self.avgpool = nn.AdaptiveAvgPool2d(7)
  self.classifier = nn.Sequential(nn.Linear(512 * 7 * 7, 4096), nn.ReLU(true), nn.Dropout(dropout),
    nn.Linear(4096, 4096), nn.ReLU(true), nn.Dropout(dropout), nn.Linear(4096, num_classes))
  if init_weights then build.each(self, build.kaiming, build.normal(0.01)) end
end

local function forward(self, x) return self.classifier(self.avgpool(self.features(x)):flatten(2)) end

local VGG = build.class("VGG", function(self, layers, num_classes, init_weights, dropout)
  init(self, layers, num_classes or 1000, init_weights ~= false, dropout or 0.5)
end, forward)

local OWN <const> = {{"init_weights", kind = "boolean", default = true}, {"dropout", kind = "number", default = 0.5}}

--- torchvision.models.vgg11(weights: any = nil, progress: bool = true, num_classes: int = 1000, init_weights: bool =
-- true, dropout: float = 0.5) -> Module: VGG with 11 layers (Simonyan and Zisserman 2015).

--- torchvision.models.vgg11_bn(weights: any = nil, progress: bool = true, num_classes: int = 1000, init_weights: bool
-- = true, dropout: float = 0.5) -> Module: vgg11 with batch normalisation.

--- torchvision.models.vgg13(weights: any = nil, progress: bool = true, num_classes: int = 1000, init_weights: bool =
-- true, dropout: float = 0.5) -> Module: VGG with 13 layers (Simonyan and Zisserman 2015).

--- torchvision.models.vgg13_bn(weights: any = nil, progress: bool = true, num_classes: int = 1000, init_weights: bool
-- = true, dropout: float = 0.5) -> Module: vgg13 with batch normalisation.

--- torchvision.models.vgg16(weights: any = nil, progress: bool = true, num_classes: int = 1000, init_weights: bool =
-- true, dropout: float = 0.5) -> Module: VGG with 16 layers (Simonyan and Zisserman 2015).

--- torchvision.models.vgg16_bn(weights: any = nil, progress: bool = true, num_classes: int = 1000, init_weights: bool
-- = true, dropout: float = 0.5) -> Module: vgg16 with batch normalisation.

--- torchvision.models.vgg19(weights: any = nil, progress: bool = true, num_classes: int = 1000, init_weights: bool =
-- true, dropout: float = 0.5) -> Module: VGG with 19 layers (Simonyan and Zisserman 2015).

--- torchvision.models.vgg19_bn(weights: any = nil, progress: bool = true, num_classes: int = 1000, init_weights: bool
-- = true, dropout: float = 0.5) -> Module: vgg19 with batch normalisation.

local rows = {}
for depth, layers in pairs(LAYERS) do
  rows["vgg" .. depth], rows["vgg" .. depth .. "_bn"] = {layers, false}, {layers, true}
end

local vgg = build.family(OWN, rows, function(given, row)
  return VGG(features(row[1], row[2]), given.num_classes, given.init_weights and not given.weights, given.dropout)
end)
--- torchvision.models.VGG(features: Module, num_classes: int = 1000, init_weights: bool = true, dropout: float = 0.5):
-- The network of vgg11() and the like: features, then three linear maps.
vgg.VGG = VGG
return vgg
