-- MobileNet V3 (Howard et al. 2019).
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local layers = require "torchvision.ops.layers"

local Conv <const> = layers.Conv2dNormActivation

--- A block of the row {in, kernel, expanded, out, excitation, activation, stride, dilation}.
local InvertedResidual = build.class("mobilenetv3.InvertedResidual", function(self, row, norm)
  local from, kernel, expanded, to, excited, activation, stride, dilation = table.unpack(row)
  local how = {norm_layer = norm, activation_layer = activation == "HS" and nn.Hardswish or nn.ReLU}
  local made = nn.Sequential()
  if expanded ~= from then made:append(Conv(from, expanded, 1, how)) end
  made:append(Conv(expanded, expanded, kernel, {stride = dilation > 1 and 1 or stride, dilation = dilation,
    groups = expanded, norm_layer = norm, activation_layer = how.activation_layer}))
  if excited then
    made:append(layers.SqueezeExcitation(expanded, build.divisible(expanded // 4, 8),
      {scale_activation = nn.Hardsigmoid}))
  end
  made:append(Conv(expanded, to, 1, {norm_layer = norm, activation_layer = false}))
  self.block, self.out_channels = made, to
  self.use_res_connect, self.is_strided = stride == 1 and from == to, stride > 1
end, function(self, x)
  local out = self.block(x)
  return self.use_res_connect and out:add_(x) or out
end)

-- {in, kernel, expanded, out, excitation, activation, stride}; the last three rows are dilated, and narrow with a
-- reduced tail.
local LARGE <const> = {{16, 3, 16, 16, false, "RE", 1}, {16, 3, 64, 24, false, "RE", 2},
  {24, 3, 72, 24, false, "RE", 1}, {24, 5, 72, 40, true, "RE", 2}, {40, 5, 120, 40, true, "RE", 1},
  {40, 5, 120, 40, true, "RE", 1}, {40, 3, 240, 80, false, "HS", 2}, {80, 3, 200, 80, false, "HS", 1},
  {80, 3, 184, 80, false, "HS", 1}, {80, 3, 184, 80, false, "HS", 1}, {80, 3, 480, 112, true, "HS", 1},
  {112, 3, 672, 112, true, "HS", 1}, {112, 5, 672, 160, true, "HS", 2}, {160, 5, 960, 160, true, "HS", 1},
  {160, 5, 960, 160, true, "HS", 1}, last = 1280}
local SMALL <const> = {{16, 3, 16, 16, true, "RE", 2}, {16, 3, 72, 24, false, "RE", 2},
  {24, 3, 88, 24, false, "RE", 1}, {24, 5, 96, 40, true, "HS", 2}, {40, 5, 240, 40, true, "HS", 1},
  {40, 5, 240, 40, true, "HS", 1}, {40, 5, 120, 48, true, "HS", 1}, {48, 5, 144, 48, true, "HS", 1},
  {48, 5, 288, 96, true, "HS", 2}, {96, 5, 576, 96, true, "HS", 1}, {96, 5, 576, 96, true, "HS", 1}, last = 1024}

--- The rows for these options, and the channels behind the first linear map.
local function setting(rows, given)
  local function wide(channels) return build.divisible(channels * given.width_mult, 8) end
  local made = {}
  for i, row in ipairs(rows) do
    local from, expanded, to, is_tail = row[1], row[3], row[4], i > #rows - 3
    if is_tail and given.reduced_tail then
      to = to // 2
      if i > #rows - 2 then from, expanded = from // 2, expanded // 2 end
    end
    made[i] = {wide(from), row[2], wide(expanded), wide(to), row[5], row[6], row[7],
      is_tail and given.dilated and 2 or 1}
  end
  return made, wide(rows.last // (given.reduced_tail and 2 or 1))
end

local function init(self, rows, last, given)
  local norm = given.norm_layer or build.norm(0.001, 0.01)
  local features = nn.Sequential(Conv(3, rows[1][1], 3, {stride = 2, norm_layer = norm,
    activation_layer = nn.Hardswish}))
  for _, row in ipairs(rows) do features:append(InvertedResidual(row, norm)) end
  local from = rows[#rows][4]
  features:append(Conv(from, 6 * from, 1, {norm_layer = norm, activation_layer = nn.Hardswish}))
  self.features, self.avgpool = features, nn.AdaptiveAvgPool2d(1)
  self.classifier = nn.Sequential(nn.Linear(6 * from, last), nn.Hardswish {inplace = true},
    nn.Dropout(given.dropout or 0.2, {inplace = true}), nn.Linear(last, given.num_classes or 1000))
  if not given.weights then build.each(self, build.kaiming, build.normal(0.01)) end
end

local MobileNetV3 = build.class("MobileNetV3", function(self, rows, last, given)
  init(self, rows, last, given or {})
end, function(self, x) return self.classifier(self.avgpool(self.features(x)):flatten(2)) end)

local OWN <const> = {{"dropout", kind = "number", default = 0.2}, {"norm_layer", kind = "callable"},
  {"width_mult", kind = "number", default = 1}, {"reduced_tail", kind = "boolean", default = false},
  {"dilated", kind = "boolean", default = false}}

--- torchvision.models.mobilenet_v3_large(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.2, norm_layer: callable = nil, width_mult: float = 1, reduced_tail: bool = false, dilated: bool = false)
-- -> Module: MobileNet V3, large (Howard et al. 2019). reduced_tail: half the channels at the end; dilated: dilation
-- in place of the last stride.

--- torchvision.models.mobilenet_v3_small(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.2, norm_layer: callable = nil, width_mult: float = 1, reduced_tail: bool = false, dilated: bool = false)
-- -> Module: MobileNet V3, small.

local mobilenet = build.family(OWN, {mobilenet_v3_large = {LARGE}, mobilenet_v3_small = {SMALL}}, function(given, row)
  local rows, last = setting(row[1], given)
  return MobileNetV3(rows, last, given)
end)
--- torchvision.models.MobileNetV3(inverted_residual_setting: table, last_channel: int, options: table = nil): The
-- network of mobilenet_v3_large() and mobilenet_v3_small(): rows of {in, kernel, expanded, out, excitation,
-- activation ("RE", "HS"), stride, dilation}.
mobilenet.MobileNetV3 = MobileNetV3
return mobilenet
