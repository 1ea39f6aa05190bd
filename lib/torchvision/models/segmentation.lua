--- torchvision.models.segmentation: Models that give a class for each pixel: FCN, DeepLabV3, LR-ASPP.
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local getter = require "torchvision.models.intermediate"

local segmentation = torch._C.lazy({}, "torchvision.models.segmentation")
local meta = getmetatable(segmentation)
local lazy = meta.__index

function meta.__index(self, key)
  local is_weights = type(key) == "string" and key:find "_Weights$"
  return is_weights and require("torchvision.models.weights").of_class(key) or lazy(self, key)
end

local function to_size(x, like)
  return torch.nn.functional.interpolate(x, {size = {like:size(-2), like:size(-1)}, mode = "bilinear",
    align_corners = false})
end

local function conv_norm(from, to, kernel, how, inplace)
  return nn.Conv2d(from, to, kernel, {padding = how and how.padding, dilation = how and how.dilation, bias = false}),
    nn.BatchNorm2d(to), nn.ReLU {inplace = inplace or false}
end

-- Heads ------------------------------------------------------------------------------------

local function fcn_head(from, num_classes)
  local inner = from // 4
  local conv, norm, relu = conv_norm(from, inner, 3, {padding = 1})
  return nn.Sequential(conv, norm, relu, nn.Dropout(0.1), nn.Conv2d(inner, num_classes, 1))
end

local Pooling = build.class("segmentation.ASPPPooling", function(self, from, to)
  nn.Sequential.__init(self, nn.AdaptiveAvgPool2d(1), conv_norm(from, to, 1))
end, nil, nn.Sequential)

function Pooling:forward(x) return to_size(nn.Sequential.forward(self, x), x) end

local ASPP = build.class("segmentation.ASPP", function(self, from, rates, to)
  self.convs = nn.ModuleList(nn.Sequential(conv_norm(from, to, 1)))
  for _, rate in ipairs(rates) do
    self.convs:append(nn.Sequential(conv_norm(from, to, 3, {padding = rate, dilation = rate})))
  end
  self.convs:append(Pooling(from, to))
  local conv, norm, relu = conv_norm(#self.convs * to, to, 1)
  self.project = nn.Sequential(conv, norm, relu, nn.Dropout(0.5))
end, function(self, x)
  local parts = {}
  for i, conv in ipairs(self.convs) do parts[i] = conv(x) end
  return self.project(torch.cat(parts, 2))
end)

local function deeplab_head(from, num_classes)
  local conv, norm, relu = conv_norm(256, 256, 3, {padding = 1})
  return nn.Sequential(ASPP(from, {12, 24, 36}, 256), conv, norm, relu, nn.Conv2d(256, num_classes, 1))
end

-- Networks -----------------------------------------------------------------------------------

--- A backbone that gives the maps `out` and `aux`, a classifier for each; the result is {out =, aux =}.
local function network(name)
  return build.class(name, function(self, backbone, classifier, aux_classifier)
    self.backbone, self.classifier = backbone, classifier
    if aux_classifier then self.aux_classifier = aux_classifier end
  end, function(self, x)
    local features = self.backbone(x)
    local result = {out = to_size(self.classifier(features.out), x)}
    if self.aux_classifier then result.aux = to_size(self.aux_classifier(features.aux), x) end
    return result
  end)
end

--- torchvision.models.segmentation.FCN(backbone: Module, classifier: Module, aux_classifier: Module = nil): The
-- network of fcn_resnet50() and fcn_resnet101(). The backbone gives {out =, aux =}.
segmentation.FCN = network "segmentation.FCN"

--- torchvision.models.segmentation.DeepLabV3(backbone: Module, classifier: Module, aux_classifier: Module = nil): The
-- network of deeplabv3_resnet50() and the like. The backbone gives {out =, aux =}.
segmentation.DeepLabV3 = network "segmentation.DeepLabV3"

local Head = build.class("segmentation.LRASPPHead", function(self, low, high, num_classes, inner)
  self.cbr = nn.Sequential(conv_norm(high, inner, 1, nil, true))
  self.scale = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(high, inner, 1, {bias = false}), nn.Sigmoid())
  self.low_classifier, self.high_classifier = nn.Conv2d(low, num_classes, 1), nn.Conv2d(inner, num_classes, 1)
end, function(self, features)
  local x = self.cbr(features.high) * self.scale(features.high)
  return self.low_classifier(features.low) + self.high_classifier(to_size(x, features.low))
end)

--- torchvision.models.segmentation.LRASPP(backbone: Module, low_channels: int, high_channels: int, num_classes: int,
-- inter_channels: int = 128): The network of lraspp_mobilenet_v3_large(). The backbone gives {low =, high =}.
segmentation.LRASPP = build.class("segmentation.LRASPP", function(self, backbone, low, high, num_classes, inner)
  self.backbone, self.classifier = backbone, Head(low, high, num_classes, inner or 128)
end, function(self, x) return {out = to_size(self.classifier(self.backbone(x)), x)} end)

-- Constructors ---------------------------------------------------------------------------------

--- The positions of the blocks of a MobileNet V3 before which the map is halved, the first and the last.
local function strided(features)
  local list = {1}
  for i, block in ipairs(features) do
    if torch.isinstance(block, nn.Module) and block.is_strided then list[#list + 1] = i end
  end
  list[#list + 1] = #features
  return list
end

--- A backbone without its head, and the channels of what it gives.
local backbones = {}

function backbones.resnet(name, given)
  local resnet = require "torchvision.models.resnet"
  local net = resnet[name] {weights = given.weights_backbone, replace_stride_with_dilation = {false, true, true}}
  return getter(net, {layer4 = "out", layer3 = given.aux_loss and "aux" or nil}), 2048, 1024
end

function backbones.mobilenet(_, given)
  local net = require("torchvision.models.mobilenetv3").mobilenet_v3_large {weights = given.weights_backbone,
    dilated = true}
  local features = net.features
  local places = strided(features)
  local out, aux = places[#places], places[#places - 3]
  return getter(features, {[tostring(out - 1)] = "out", [tostring(aux - 1)] = given.aux_loss and "aux" or nil}),
    features[out].out_channels, features[aux].out_channels
end

local function segmented(class, head, kind, name)
  return function(given)
    if given.weights and given.aux_loss == nil then given.aux_loss = true end
    local backbone, channels, aux_channels = backbones[kind](name, given)
    return class(backbone, head(channels, given.num_classes), given.aux_loss and fcn_head(aux_channels,
      given.num_classes) or nil)
  end
end

local function lraspp(given)
  local net = require("torchvision.models.mobilenetv3").mobilenet_v3_large {weights = given.weights_backbone,
    dilated = true}
  local features = net.features
  local places = strided(features)
  local low, high = places[#places - 3], places[#places]
  local backbone = getter(features, {[tostring(low - 1)] = "low", [tostring(high - 1)] = "high"})
  return segmentation.LRASPP(backbone, features[low].out_channels, features[high].out_channels, given.num_classes)
end

local OWN <const> = {{"aux_loss", kind = "boolean"}, {"weights_backbone", kind = "any"}}
local CLASSES <const> = {num_classes = 21}
local FCN <const>, DeepLabV3 <const> = segmentation.FCN, segmentation.DeepLabV3
local function add(name, make, own)
  segmentation[name] = build.constructor(name, own or OWN, make, CLASSES)
end

--- torchvision.models.segmentation.fcn_resnet50(weights: any = nil, progress: bool = true, num_classes: int = 21,
-- aux_loss: bool = nil, weights_backbone: any = nil) -> Module: A fully convolutional network over resnet50 (Long et
-- al. 2015). It gives {out =} (N×classes×H×W), with aux_loss {out =, aux =}.
add("fcn_resnet50", segmented(FCN, fcn_head, "resnet", "resnet50"))

--- torchvision.models.segmentation.fcn_resnet101(weights: any = nil, progress: bool = true, num_classes: int = 21,
-- aux_loss: bool = nil, weights_backbone: any = nil) -> Module: fcn_resnet50 over resnet101.
add("fcn_resnet101", segmented(FCN, fcn_head, "resnet", "resnet101"))

--- torchvision.models.segmentation.deeplabv3_resnet50(weights: any = nil, progress: bool = true, num_classes: int =
-- 21, aux_loss: bool = nil, weights_backbone: any = nil) -> Module: DeepLabV3 over resnet50 (Chen et al. 2017). It
-- gives {out =} (N×classes×H×W), with aux_loss {out =, aux =}.
add("deeplabv3_resnet50", segmented(DeepLabV3, deeplab_head, "resnet", "resnet50"))

--- torchvision.models.segmentation.deeplabv3_resnet101(weights: any = nil, progress: bool = true, num_classes: int =
-- 21, aux_loss: bool = nil, weights_backbone: any = nil) -> Module: deeplabv3_resnet50 over resnet101.
add("deeplabv3_resnet101", segmented(DeepLabV3, deeplab_head, "resnet", "resnet101"))

--- torchvision.models.segmentation.deeplabv3_mobilenet_v3_large(weights: any = nil, progress: bool = true,
-- num_classes: int = 21, aux_loss: bool = nil, weights_backbone: any = nil) -> Module: DeepLabV3 over
-- mobilenet_v3_large.
add("deeplabv3_mobilenet_v3_large", segmented(DeepLabV3, deeplab_head, "mobilenet"))

--- torchvision.models.segmentation.lraspp_mobilenet_v3_large(weights: any = nil, progress: bool = true, num_classes:
-- int = 21, weights_backbone: any = nil) -> Module: A small head over mobilenet_v3_large (Howard et al. 2019). It
-- gives {out =} (N×classes×H×W).
add("lraspp_mobilenet_v3_large", lraspp, {OWN[2]})

return segmentation
