-- EfficientNet: one network, scaled in width and depth (Tan and Le 2019), and its second version (2021).
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local layers = require "torchvision.ops.layers"

local Conv <const> = layers.Conv2dNormActivation

local function silu() return nn.SiLU {inplace = true} end

--- What a block of either kind does with the result of its layers.
local function residual(self, x)
  local out = self.block(x)
  return self.use_res_connect and self.stochastic_depth(out):add_(x) or out
end

-- row: {kind, expansion, kernel, stride, in, out}
local function init(self, row, depth)
  self.use_res_connect = row[4] == 1 and row[5] == row[6]
  self.stochastic_depth = layers.StochasticDepth(depth, "row")
  self.out_channels = row[6]
end

local MBConv = build.class("efficientnet.MBConv", function(self, row, depth, norm)
  local _, expansion, kernel, stride, from, to = table.unpack(row)
  local how, inner = {norm_layer = norm, activation_layer = nn.SiLU}, build.divisible(from * expansion, 8)
  local made = nn.Sequential()
  if inner ~= from then made:append(Conv(from, inner, 1, how)) end
  made:append(Conv(inner, inner, kernel, {stride = stride, groups = inner, norm_layer = norm,
    activation_layer = nn.SiLU}))
  made:append(layers.SqueezeExcitation(inner, math.max(1, from // 4), {activation = silu}))
  made:append(Conv(inner, to, 1, {norm_layer = norm, activation_layer = false}))
  self.block = made
  init(self, row, depth)
end, residual)

local FusedMBConv = build.class("efficientnet.FusedMBConv", function(self, row, depth, norm)
  local _, expansion, kernel, stride, from, to = table.unpack(row)
  local inner = build.divisible(from * expansion, 8)
  local how = {stride = stride, norm_layer = norm, activation_layer = nn.SiLU}
  self.block = nn.Sequential(Conv(from, inner ~= from and inner or to, kernel, how))
  if inner ~= from then self.block:append(Conv(inner, to, 1, {norm_layer = norm, activation_layer = false})) end
  init(self, row, depth)
end, residual)

local KINDS <const> = {M = MBConv, F = FusedMBConv}

local function features(rows, given, norm)
  local made, total, done = nn.Sequential(), 0, 0
  for _, row in ipairs(rows) do total = total + row[7] end
  local how = {stride = 2, norm_layer = norm, activation_layer = nn.SiLU}
  made:append(Conv(3, rows[1][5], 3, how))
  for _, row in ipairs(rows) do
    local stage = nn.Sequential()
    for k = 1, row[7] do
      local own = table.move(row, 1, 6, 1, {})
      if k > 1 then own[4], own[5] = 1, row[6] end
      stage:append(KINDS[row[1]](own, given.stochastic_depth_prob * done / total, norm))
      done = done + 1
    end
    made:append(stage)
  end
  local from = rows[#rows][6]
  made:append(Conv(from, given.last_channel or 4 * from, 1, {norm_layer = norm, activation_layer = nn.SiLU}))
  return made
end

local EfficientNet = build.class("EfficientNet", function(self, rows, dropout, given)
  local all = {stochastic_depth_prob = 0.2, num_classes = 1000}
  for key, value in pairs(given or {}) do all[key] = value end
  self.features, self.avgpool = features(rows, all, all.norm_layer or nn.BatchNorm2d), nn.AdaptiveAvgPool2d(1)
  self.classifier = nn.Sequential(nn.Dropout(dropout, {inplace = true}),
    nn.Linear(all.last_channel or 4 * rows[#rows][6], all.num_classes))
  if all.weights then return end
  build.each(self, build.kaiming, function(module)
    local bound = 1 / math.sqrt(module.out_features)
    nn.init.uniform_(module.weight, -bound, bound)
    nn.init.zeros_(module.bias)
  end)
end, function(self, x) return self.classifier(self.avgpool(self.features(x)):flatten(2)) end)

-- {kind, expansion, kernel, stride, in, out, count}
local B0 <const> = {{"M", 1, 3, 1, 32, 16, 1}, {"M", 6, 3, 2, 16, 24, 2}, {"M", 6, 5, 2, 24, 40, 2},
  {"M", 6, 3, 2, 40, 80, 3}, {"M", 6, 5, 1, 80, 112, 3}, {"M", 6, 5, 2, 112, 192, 4}, {"M", 6, 3, 1, 192, 320, 1}}
local V2_S <const> = {{"F", 1, 3, 1, 24, 24, 2}, {"F", 4, 3, 2, 24, 48, 4}, {"F", 4, 3, 2, 48, 64, 4},
  {"M", 4, 3, 2, 64, 128, 6}, {"M", 6, 3, 1, 128, 160, 9}, {"M", 6, 3, 2, 160, 256, 15}}
local V2_M <const> = {{"F", 1, 3, 1, 24, 24, 3}, {"F", 4, 3, 2, 24, 48, 5}, {"F", 4, 3, 2, 48, 80, 5},
  {"M", 4, 3, 2, 80, 160, 7}, {"M", 6, 3, 1, 160, 176, 14}, {"M", 6, 3, 2, 176, 304, 18}, {"M", 6, 3, 1, 304, 512, 5}}
local V2_L <const> = {{"F", 1, 3, 1, 32, 32, 4}, {"F", 4, 3, 2, 32, 64, 7}, {"F", 4, 3, 2, 64, 96, 7},
  {"M", 4, 3, 2, 96, 192, 10}, {"M", 6, 3, 1, 192, 224, 19}, {"M", 6, 3, 2, 224, 384, 25}, {"M", 6, 3, 1, 384, 640, 7}}

--- The rows of a network that is so many times as wide and as deep.
local function scaled(rows, width, depth)
  local made = {}
  for i, row in ipairs(rows) do
    made[i] = {row[1], row[2], row[3], row[4], build.divisible(row[5] * width, 8), build.divisible(row[6] * width, 8),
      math.ceil(row[7] * depth)}
  end
  return made
end

local OWN <const> = {{"dropout", kind = "number"}, {"stochastic_depth_prob", kind = "number", default = 0.2},
  {"norm_layer", kind = "callable"}}

--- torchvision.models.efficientnet_b0(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.2, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNet B0 (Tan and Le
-- 2019).

--- torchvision.models.efficientnet_b1(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.2, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNet B1: B0, 1.1
-- times as deep.

--- torchvision.models.efficientnet_b2(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.3, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNet B2: B0, 1.1
-- times as wide and 1.2 times as deep.

--- torchvision.models.efficientnet_b3(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.3, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNet B3: B0, 1.2
-- times as wide and 1.4 times as deep.

--- torchvision.models.efficientnet_b4(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.4, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNet B4: B0, 1.4
-- times as wide and 1.8 times as deep.

--- torchvision.models.efficientnet_b5(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.4, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNet B5: B0, 1.6
-- times as wide and 2.2 times as deep.

--- torchvision.models.efficientnet_b6(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.5, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNet B6: B0, 1.8
-- times as wide and 2.6 times as deep.

--- torchvision.models.efficientnet_b7(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.5, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNet B7: B0, twice
-- as wide and 3.1 times as deep.

--- torchvision.models.efficientnet_v2_s(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.2, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNetV2, small (Tan
-- and Le 2021).

--- torchvision.models.efficientnet_v2_m(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.3, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNetV2, medium.

--- torchvision.models.efficientnet_v2_l(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout:
-- float = 0.4, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil) -> Module: EfficientNetV2, large.

-- {rows, dropout, the norm's eps and momentum, last channel}
local late <const>, v2 <const> = {0.001, 0.01}, {0.001}
local efficientnet = build.family(OWN, {
  efficientnet_b0 = {scaled(B0, 1, 1), 0.2}, efficientnet_b1 = {scaled(B0, 1, 1.1), 0.2},
  efficientnet_b2 = {scaled(B0, 1.1, 1.2), 0.3}, efficientnet_b3 = {scaled(B0, 1.2, 1.4), 0.3},
  efficientnet_b4 = {scaled(B0, 1.4, 1.8), 0.4}, efficientnet_b5 = {scaled(B0, 1.6, 2.2), 0.4, late},
  efficientnet_b6 = {scaled(B0, 1.8, 2.6), 0.5, late}, efficientnet_b7 = {scaled(B0, 2, 3.1), 0.5, late},
  efficientnet_v2_s = {V2_S, 0.2, v2, 1280}, efficientnet_v2_m = {V2_M, 0.3, v2, 1280},
  efficientnet_v2_l = {V2_L, 0.4, v2, 1280}}, function(given, row)
  given.last_channel = row[4]
  given.norm_layer = given.norm_layer or row[3] and build.norm(table.unpack(row[3])) or nil
  return EfficientNet(row[1], given.dropout or row[2], given)
end)
--- torchvision.models.EfficientNet(inverted_residual_setting: table, dropout: float, options: table = nil): The
-- network of efficientnet_b0() and the like: rows of {"M" or "F" (fused), expansion, kernel, stride, in, out, count}.
efficientnet.EfficientNet = EfficientNet
return efficientnet
