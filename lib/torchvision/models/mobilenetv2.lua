-- MobileNet V2: blocks that widen, filter each channel by itself, and narrow (Sandler et al. 2018).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local layers = require "torchvision.ops.layers"
local options = require "torch.utils.options"

local Conv <const> = layers.Conv2dNormActivation

local InvertedResidual = build.class("mobilenetv2.InvertedResidual", function(self, from, to, stride, ratio, norm)
  local hidden, made = (from * ratio + 0.5) // 1 | 0, nn.Sequential()
  local how = {norm_layer = norm, activation_layer = nn.ReLU6}
  self.use_res_connect = stride == 1 and from == to
  if ratio ~= 1 then made:append(Conv(from, hidden, 1, how)) end
  made:append(Conv(hidden, hidden, 3, {stride = stride, groups = hidden, norm_layer = norm,
    activation_layer = nn.ReLU6}))
  made:append(nn.Conv2d(hidden, to, 1, {bias = false}))
  made:append(norm(to))
  self.conv, self.out_channels = made, to
end, function(self, x)
  local out = self.conv(x)
  return self.use_res_connect and out:add_(x) or out
end)

-- {expansion, channels, count, stride}
local SETTING <const> = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2},
  {6, 320, 1, 1}}

local OWN <const> = {{"width_mult", kind = "number", default = 1}, {"inverted_residual_setting", kind = "table"},
  {"round_nearest", kind = "positive", default = 8}, {"block", kind = "callable"}, {"norm_layer", kind = "callable"},
  {"dropout", kind = "number", default = 0.2}}

local function init(self, given)
  local norm, width = given.norm_layer or nn.BatchNorm2d, given.width_mult
  local channels = build.divisible(32 * width, given.round_nearest)
  local last = build.divisible(1280 * math.max(1, width), given.round_nearest)
  local made = nn.Sequential(Conv(3, channels, 3, {stride = 2, norm_layer = norm, activation_layer = nn.ReLU6}))
  for i, row in ipairs(given.inverted_residual_setting or SETTING) do
    if #row ~= 4 then
      options.wrong("mobilenet_v2", ("inverted_residual_setting[%d]"):format(i), nil,
        "{expansion, channels, count, stride}", row)
    end
    local to = build.divisible(row[2] * width, given.round_nearest)
    for k = 1, row[3] do
      made:append((given.block or InvertedResidual)(channels, to, k == 1 and row[4] or 1, row[1], norm))
      channels = to
    end
  end
  made:append(Conv(channels, last, 1, {norm_layer = norm, activation_layer = nn.ReLU6}))
  self.features, self.last_channel = made, last
  self.classifier = nn.Sequential(nn.Dropout(given.dropout), nn.Linear(last, given.num_classes))
  if not given.weights then build.each(self, build.kaiming, build.normal(0.01)) end
end

local MobileNetV2 = build.class("MobileNetV2", function(self, ...)
  init(self, options.read("MobileNetV2", {{"num_classes", kind = "positive", default = 1000},
    table.unpack(OWN)}, ...))
end, function(self, x)
  return self.classifier(torch.nn.functional.adaptive_avg_pool2d(self.features(x), 1):flatten(2))
end)

--- torchvision.models.mobilenet_v2(weights: any = nil, progress: bool = true, num_classes: int = 1000, width_mult:
-- float = 1, inverted_residual_setting: table = nil, round_nearest: int = 8, block: callable = nil, norm_layer:
-- callable = nil, dropout: float = 0.2) -> Module: MobileNet V2 (Sandler et al. 2018).
local mobilenet = {mobilenet_v2 = build.constructor("mobilenet_v2", OWN, function(given)
  given.weights, given.progress = nil, nil
  return MobileNetV2(given)
end)}

--- torchvision.models.MobileNetV2(num_classes: int = 1000, width_mult: float = 1, inverted_residual_setting: table =
-- nil, round_nearest: int = 8, block: callable = nil, norm_layer: callable = nil, dropout: float = 0.2): The network
-- of mobilenet_v2(). inverted_residual_setting: {expansion, channels, count, stride} of each stage.
mobilenet.MobileNetV2 = MobileNetV2
return mobilenet
