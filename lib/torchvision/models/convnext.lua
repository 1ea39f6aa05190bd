-- ConvNeXt: convolutions arranged as a transformer is (Liu et al. 2022).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local layers = require "torchvision.ops.layers"

local LAST <const>, SECOND <const> = {1, 3, 4, 2}, {1, 4, 2, 3} -- channels last, channels second

local LayerNorm2d = build.class("convnext.LayerNorm2d", function(self, channels, how)
  self.normalized_shape, self.eps = {channels}, how and how.eps or 1e-5
  self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
end, function(self, x)
  return torch.nn.functional.layer_norm(x:permute(LAST), self.normalized_shape, self.weight, self.bias, self.eps)
    :permute(SECOND)
end)

function LayerNorm2d:extra_repr() return ("(%d,), eps=%s"):format(self.normalized_shape[1], self.eps) end

local CNBlock = build.class("convnext.CNBlock", function(self, channels, scale, depth)
  self.block = nn.Sequential(nn.Conv2d(channels, channels, 7, {padding = 3, groups = channels}), layers.Permute(LAST),
    nn.LayerNorm(channels, {eps = 1e-6}), nn.Linear(channels, 4 * channels), nn.GELU(),
    nn.Linear(4 * channels, channels), layers.Permute(SECOND))
  self.layer_scale = nn.Parameter(torch.full({channels, 1, 1}, scale + 0.0))
  self.stochastic_depth = layers.StochasticDepth(depth, "row")
end, function(self, x)
  return self.stochastic_depth(self.layer_scale * self.block(x)) + x
end)

-- rows: {channels, channels behind or nil, count}
local function features(rows, given, norm)
  local made, total, done = nn.Sequential(), 0, 0
  for _, row in ipairs(rows) do total = total + row[3] end
  made:append(layers.Conv2dNormActivation(3, rows[1][1], 4, {stride = 4, padding = 0, norm_layer = norm,
    activation_layer = false, bias = true}))
  for _, row in ipairs(rows) do
    local stage = nn.Sequential()
    for _ = 1, row[3] do
      local depth = given.stochastic_depth_prob * done / math.max(total - 1, 1)
      stage:append((given.block or CNBlock)(row[1], given.layer_scale, depth))
      done = done + 1
    end
    made:append(stage)
    if row[2] then made:append(nn.Sequential(norm(row[1]), nn.Conv2d(row[1], row[2], 2, 2))) end
  end
  return made
end

local ConvNeXt = build.class("ConvNeXt", function(self, rows, given)
  local all = {stochastic_depth_prob = 0, layer_scale = 1e-6, num_classes = 1000}
  for key, value in pairs(given or {}) do all[key] = value end
  local norm = all.norm_layer or function(channels) return LayerNorm2d(channels, {eps = 1e-6}) end
  local last = rows[#rows][2] or rows[#rows][1]
  self.features, self.avgpool = features(rows, all, norm), nn.AdaptiveAvgPool2d(1)
  self.classifier = nn.Sequential(norm(last), nn.Flatten(2), nn.Linear(last, all.num_classes))
  if not all.weights then build.each(self, build.truncated(0.02), build.truncated(0.02)) end
end, function(self, x) return self.classifier(self.avgpool(self.features(x))) end)

local OWN <const> = {{"stochastic_depth_prob", kind = "number"}, {"layer_scale", kind = "number", default = 1e-6},
  {"block", kind = "callable"}, {"norm_layer", kind = "callable"}}

--- torchvision.models.convnext_tiny(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- stochastic_depth_prob: float = 0.1, layer_scale: float = 1e-6, block: callable = nil, norm_layer: callable = nil)
-- -> Module: ConvNeXt, tiny (Liu et al. 2022).

--- torchvision.models.convnext_small(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- stochastic_depth_prob: float = 0.4, layer_scale: float = 1e-6, block: callable = nil, norm_layer: callable = nil)
-- -> Module: ConvNeXt, small.

--- torchvision.models.convnext_base(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- stochastic_depth_prob: float = 0.5, layer_scale: float = 1e-6, block: callable = nil, norm_layer: callable = nil)
-- -> Module: ConvNeXt, base.

--- torchvision.models.convnext_large(weights: any = nil, progress: bool = true, num_classes: int = 1000,
-- stochastic_depth_prob: float = 0.5, layer_scale: float = 1e-6, block: callable = nil, norm_layer: callable = nil)
-- -> Module: ConvNeXt, large.

-- {channels of the first stage, blocks of the third, probability of dropped paths}
local convnext = build.family(OWN, {convnext_tiny = {96, 9, 0.1}, convnext_small = {96, 27, 0.4},
  convnext_base = {128, 27, 0.5}, convnext_large = {192, 27, 0.5}}, function(given, row)
  local c = row[1]
  given.stochastic_depth_prob = given.stochastic_depth_prob or row[3]
  return ConvNeXt({{c, 2 * c, 3}, {2 * c, 4 * c, 3}, {4 * c, 8 * c, row[2]}, {8 * c, nil, 3}}, given)
end)
--- torchvision.models.ConvNeXt(block_setting: table, options: table = nil): The network of convnext_tiny() and the
-- like: stages {channels, channels behind or nil, count}.
convnext.ConvNeXt = ConvNeXt
return convnext
