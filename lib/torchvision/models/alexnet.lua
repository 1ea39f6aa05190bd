-- AlexNet.
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"

local alexnet = {}

local function init(self, num_classes, dropout)
  local function relu() return nn.ReLU {inplace = true} end
  self.features = nn.Sequential(nn.Conv2d(3, 64, 11, 4, 2), relu(), nn.MaxPool2d(3, 2),
    nn.Conv2d(64, 192, 5, 1, 2), relu(), nn.MaxPool2d(3, 2), nn.Conv2d(192, 384, 3, 1, 1), relu(),
    nn.Conv2d(384, 256, 3, 1, 1), relu(), nn.Conv2d(256, 256, 3, 1, 1), relu(), nn.MaxPool2d(3, 2))
  self.avgpool = nn.AdaptiveAvgPool2d(6)
  self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(256 * 6 * 6, 4096), relu(), nn.Dropout(dropout),
    nn.Linear(4096, 4096), relu(), nn.Linear(4096, num_classes))
end

local function forward(self, x) return self.classifier(self.avgpool(self.features(x)):flatten(2)) end

--- torchvision.models.AlexNet(num_classes: int = 1000, dropout: float = 0.5): The network of alexnet().
alexnet.AlexNet = build.class("AlexNet", function(self, num_classes, dropout)
  init(self, num_classes or 1000, dropout or 0.5)
end, forward)

--- torchvision.models.alexnet(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout: float =
-- 0.5) -> Module: AlexNet, with the numbers of channels of Krizhevsky 2014.
alexnet.alexnet = build.constructor("alexnet", {{"dropout", kind = "number", default = 0.5}}, function(given)
  return alexnet.AlexNet(given.num_classes, given.dropout)
end)

return alexnet
