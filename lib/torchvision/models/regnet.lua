-- RegNet: widths that grow along a line, rounded (Radosavovic et al. 2020).
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local layers = require "torchvision.ops.layers"

local Conv <const> = layers.Conv2dNormActivation

--- The integer next to x, of two the even one.
local function round(x)
  local below = math.floor(x)
  local rest = x - below
  if rest > 0.5 or rest == 0.5 and below % 2 == 1 then below = below + 1 end
  return below | 0
end

-- Blocks -----------------------------------------------------------------------------------

local Block = build.class("regnet.ResBottleneckBlock", function(self, from, to, stride, stage, how)
  local inner = round(to * stage.multiplier)
  if stride ~= 1 or from ~= to then
    self.proj = Conv(from, to, 1, {stride = stride, norm_layer = how.norm, activation_layer = false})
  end
  local parts = {{"a", Conv(from, inner, 1, {norm_layer = how.norm, activation_layer = how.activation})},
    {"b", Conv(inner, inner, 3, {stride = stride, groups = inner // stage.group_width, norm_layer = how.norm,
      activation_layer = how.activation})}}
  if how.se_ratio then
    parts[#parts + 1] = {"se", layers.SqueezeExcitation(inner, round(how.se_ratio * from),
      {activation = how.activation})}
  end
  parts[#parts + 1] = {"c", Conv(inner, to, 1, {norm_layer = how.norm, activation_layer = false})}
  self.f = nn.Sequential(parts)
  self.activation = how.activation {inplace = true}
end, function(self, x)
  return self.activation(self.f(x):add_(self.proj and self.proj(x) or x))
end)

-- Widths -----------------------------------------------------------------------------------

--- The stages {width, depth, group_width, multiplier} of a network of `depth` blocks.
local function stages_of(depth, w_0, w_a, w_m, group_width, multiplier)
  local stages = {}
  for i = 0, depth - 1 do
    local capacity = round(math.log((i * w_a + w_0) / w_0) / math.log(w_m))
    local width = round(w_0 * w_m ^ capacity / 8) * 8
    local last = stages[#stages]
    if last and last.raw == width then last.depth = last.depth + 1
    else stages[#stages + 1] = {raw = width, depth = 1} end
  end
  for _, stage in ipairs(stages) do -- the groups divide the width
    local inner = stage.raw * multiplier // 1
    stage.group_width, stage.multiplier = math.min(group_width, inner) // 1 | 0, multiplier
    stage.width = build.divisible(inner, stage.group_width) / multiplier // 1 | 0
  end
  return stages
end

-- The network --------------------------------------------------------------------------------

local RegNet = build.class("RegNet", function(self, stages, given)
  given = given or {}
  local how = {norm = given.norm_layer or nn.BatchNorm2d, activation = given.activation or nn.ReLU,
    se_ratio = given.se_ratio}
  local from = given.stem_width or 32
  self.stem = Conv(3, from, 3, {stride = 2, norm_layer = how.norm, activation_layer = how.activation})
  self.trunk_output = nn.Sequential()
  for i, stage in ipairs(stages) do
    local made = nn.Sequential()
    for k = 1, stage.depth do
      made:add_module(("block%d-%d"):format(i, k - 1), Block(from, stage.width, k == 1 and 2 or 1, stage, how))
      from = stage.width
    end
    self.trunk_output:add_module("block" .. i, made)
  end
  self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(from, given.num_classes or 1000)
  if given.weights then return end
  build.each(self, function(module)
    build.normal(math.sqrt(2 / (module.kernel_size[1] * module.kernel_size[2] * module.out_channels)))(module)
  end, build.normal(0.01))
end, function(self, x) return self.fc(self.avgpool(self.trunk_output(self.stem(x))):flatten(2)) end)

local OWN <const> = {{"stem_width", kind = "positive", default = 32}, {"norm_layer", kind = "callable"},
  {"activation", kind = "callable"}}

-- {depth, w_0, w_a, w_m, group width}
local Y <const> = {regnet_y_400mf = {16, 48, 27.89, 2.09, 8}, regnet_y_800mf = {14, 56, 38.84, 2.4, 16},
  regnet_y_1_6gf = {27, 48, 20.71, 2.65, 24}, regnet_y_3_2gf = {21, 80, 42.63, 2.66, 24},
  regnet_y_8gf = {17, 192, 76.82, 2.19, 56}, regnet_y_16gf = {18, 200, 106.23, 2.48, 112},
  regnet_y_32gf = {20, 232, 115.89, 2.53, 232}, regnet_y_128gf = {27, 456, 160.83, 2.52, 264}}
local X <const> = {regnet_x_400mf = {22, 24, 24.48, 2.54, 16}, regnet_x_800mf = {16, 56, 35.73, 2.28, 16},
  regnet_x_1_6gf = {18, 80, 34.01, 2.25, 24}, regnet_x_3_2gf = {25, 88, 26.31, 2.25, 48},
  regnet_x_8gf = {23, 80, 49.56, 2.88, 120}, regnet_x_16gf = {22, 216, 55.59, 2.1, 128},
  regnet_x_32gf = {23, 320, 69.86, 2.0, 168}}

--- torchvision.models.regnet_y_400mf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetY of 0.4 billion products, with
-- excitation (Radosavovic et al. 2020).

--- torchvision.models.regnet_y_800mf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetY of 0.8 billion products.

--- torchvision.models.regnet_y_1_6gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetY of 1.6 billion products.

--- torchvision.models.regnet_y_3_2gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetY of 3.2 billion products.

--- torchvision.models.regnet_y_8gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width: int
-- = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetY of 8 billion products.

--- torchvision.models.regnet_y_16gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetY of 16 billion products.

--- torchvision.models.regnet_y_32gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetY of 32 billion products.

--- torchvision.models.regnet_y_128gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetY of 128 billion products.

--- torchvision.models.regnet_x_400mf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetX of 0.4 billion products,
-- without excitation (Radosavovic et al. 2020).

--- torchvision.models.regnet_x_800mf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetX of 0.8 billion products.

--- torchvision.models.regnet_x_1_6gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetX of 1.6 billion products.

--- torchvision.models.regnet_x_3_2gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetX of 3.2 billion products.

--- torchvision.models.regnet_x_8gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width: int
-- = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetX of 8 billion products.

--- torchvision.models.regnet_x_16gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetX of 16 billion products.

--- torchvision.models.regnet_x_32gf(weights: any = nil, progress: bool = true, num_classes: int = 1000, stem_width:
-- int = 32, norm_layer: callable = nil, activation: callable = nil) -> Module: RegNetX of 32 billion products.

local rows = {}
for name, row in pairs(Y) do rows[name] = {row, 0.25} end
for name, row in pairs(X) do rows[name] = {row} end

local regnet = build.family(OWN, rows, function(given, row)
  local depth, w_0, w_a, w_m, group_width = table.unpack(row[1])
  given.se_ratio = row[2]
  return RegNet(stages_of(depth, w_0, w_a, w_m, group_width, 1.0), given)
end)

--- torchvision.models.RegNet(stages: table, options: table = nil): The network of regnet_y_400mf() and the like:
-- stages {width =, depth =, group_width =, multiplier =}; options stem_width, se_ratio, num_classes, norm_layer,
-- activation.
regnet.RegNet = RegNet
return regnet
