-- ShuffleNet V2 (Ma et al. 2018).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local options = require "torch.utils.options"

local function pointwise(made, from, to)
  made:append(nn.Conv2d(from, to, 1, {bias = false}))
  made:append(nn.BatchNorm2d(to))
  made:append(nn.ReLU {inplace = true})
end

local function depthwise(made, channels, stride)
  made:append(nn.Conv2d(channels, channels, 3, {stride = stride, padding = 1, groups = channels, bias = false}))
  made:append(nn.BatchNorm2d(channels))
end

-- Half of the channels go through the second branch; with a stride all go through both.
local InvertedResidual = build.class("shufflenetv2.InvertedResidual", function(self, from, to, stride)
  local half = to // 2
  self.stride, self.branch1, self.branch2 = stride, nn.Sequential(), nn.Sequential()
  if stride > 1 then
    depthwise(self.branch1, from, stride)
    pointwise(self.branch1, from, half)
  end
  pointwise(self.branch2, stride > 1 and from or half, half)
  depthwise(self.branch2, half, stride)
  pointwise(self.branch2, half, half)
end, function(self, x)
  local left, right = x, x
  if self.stride == 1 then left, right = table.unpack(x:chunk(2, 2)) else left = self.branch1(x) end
  return torch.channel_shuffle(torch.cat({left, self.branch2(right)}, 2), 2)
end)

local ShuffleNetV2 = build.class("ShuffleNetV2", function(self, repeats, channels, num_classes)
  if #repeats ~= 3 then options.wrong("ShuffleNetV2", "stages_repeats", 1, "an array of three integers", repeats) end
  if #channels ~= 5 then
    options.wrong("ShuffleNetV2", "stages_out_channels", 2, "an array of five integers", channels)
  end
  local from = channels[1]
  self.conv1 = nn.Sequential(nn.Conv2d(3, from, 3, {stride = 2, padding = 1, bias = false}), nn.BatchNorm2d(from),
    nn.ReLU {inplace = true})
  self.maxpool = nn.MaxPool2d(3, 2, 1)
  for i, count in ipairs(repeats) do
    local stage = nn.Sequential()
    for k = 1, count do
      stage:append(InvertedResidual(from, channels[i + 1], k == 1 and 2 or 1))
      from = channels[i + 1]
    end
    self["stage" .. i + 1] = stage
  end
  self.conv5 = nn.Sequential()
  pointwise(self.conv5, from, channels[5])
  self.fc = nn.Linear(channels[5], num_classes or 1000)
end, function(self, x)
  x = self.stage4(self.stage3(self.stage2(self.maxpool(self.conv1(x)))))
  return self.fc(self.conv5(x):mean({3, 4}))
end)

--- torchvision.models.shufflenet_v2_x0_5(weights: any = nil, progress: bool = true, num_classes: int = 1000) ->
-- Module: ShuffleNet V2 with half the channels (Ma et al. 2018).

--- torchvision.models.shufflenet_v2_x1_0(weights: any = nil, progress: bool = true, num_classes: int = 1000) ->
-- Module: ShuffleNet V2 (Ma et al. 2018).

--- torchvision.models.shufflenet_v2_x1_5(weights: any = nil, progress: bool = true, num_classes: int = 1000) ->
-- Module: ShuffleNet V2 with 1.5 times the channels (Ma et al. 2018).

--- torchvision.models.shufflenet_v2_x2_0(weights: any = nil, progress: bool = true, num_classes: int = 1000) ->
-- Module: ShuffleNet V2 with twice the channels (Ma et al. 2018).

local shufflenet = build.family(nil, {shufflenet_v2_x0_5 = {24, 48, 96, 192, 1024},
  shufflenet_v2_x1_0 = {24, 116, 232, 464, 1024}, shufflenet_v2_x1_5 = {24, 176, 352, 704, 1024},
  shufflenet_v2_x2_0 = {24, 244, 488, 976, 2048}}, function(given, row)
  return ShuffleNetV2({4, 8, 4}, row, given.num_classes)
end)
--- torchvision.models.ShuffleNetV2(stages_repeats: int[], stages_out_channels: int[], num_classes: int = 1000): The
-- network of shufflenet_v2_x1_0() and the like.
shufflenet.ShuffleNetV2 = ShuffleNetV2
return shufflenet
