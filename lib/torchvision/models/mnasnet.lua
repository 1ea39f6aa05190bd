-- MnasNet: a network found by search (Tan et al. 2019).
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local options = require "torch.utils.options"

local norm <const> = build.norm(1e-5, 1 - 0.9997)

local function append(made, from, to, kernel, how, last)
  made:append(nn.Conv2d(from, to, kernel, {stride = how and how.stride, padding = kernel // 2,
    groups = how and how.groups, bias = false}))
  made:append(norm(to))
  if not last then made:append(nn.ReLU {inplace = true}) end
end

local InvertedResidual = build.class("mnasnet.InvertedResidual", function(self, from, to, kernel, stride, factor)
  local inner, made = from * factor, nn.Sequential()
  self.apply_residual = from == to and stride == 1
  append(made, from, inner, 1)
  append(made, inner, inner, kernel, {stride = stride, groups = inner})
  append(made, inner, to, 1, nil, true)
  self.layers = made
end, function(self, x)
  local out = self.layers(x)
  return self.apply_residual and out:add_(x) or out
end)

--- The multiple of 8 next to v, the larger one but where the smaller is within a tenth.
local function rounded(v)
  local n = math.max(8, (v + 4) // 8 * 8) // 1 | 0
  return n >= 0.9 * v and n or n + 8
end

-- {kernel, stride, expansion, count} of the stacks of blocks.
local STACKS <const> = {{3, 2, 3, 3}, {5, 2, 3, 3}, {5, 2, 6, 3}, {3, 1, 6, 2}, {5, 2, 6, 4}, {3, 1, 6, 1}}

local function stack(from, to, row)
  local made = nn.Sequential()
  for k = 1, row[4] do
    made:append(InvertedResidual(k == 1 and from or to, to, row[1], k == 1 and row[2] or 1, row[3]))
  end
  return made
end

local MNASNet = build.class("MNASNet", function(self, alpha, num_classes, dropout)
  if type(alpha) ~= "number" or not (alpha > 0) then
    options.wrong("MNASNet", "alpha", 1, "a number above 0", alpha)
  end
  local depths = {32, 16, 24, 40, 80, 96, 192, 320}
  for i, depth in ipairs(depths) do depths[i] = rounded(depth * alpha) end
  local made = nn.Sequential()
  append(made, 3, depths[1], 3, {stride = 2})
  append(made, depths[1], depths[1], 3, {groups = depths[1]})
  append(made, depths[1], depths[2], 1, nil, true)
  for i, row in ipairs(STACKS) do made:append(stack(depths[i + 1], depths[i + 2], row)) end
  append(made, depths[8], 1280, 1)
  self.layers, self.alpha, self.num_classes = made, alpha, num_classes or 1000
  self.classifier = nn.Sequential(nn.Dropout(dropout or 0.2, {inplace = true}), nn.Linear(1280, self.num_classes))
  build.each(self, build.kaiming, function(module)
    nn.init.kaiming_uniform_(module.weight, {mode = "fan_out", nonlinearity = "sigmoid"})
    nn.init.zeros_(module.bias)
  end)
end, function(self, x) return self.classifier(self.layers(x):mean({3, 4})) end)

--- torchvision.models.mnasnet0_5(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout: float =
-- 0.2) -> Module: MnasNet with half the channels (Tan et al. 2019).

--- torchvision.models.mnasnet0_75(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout: float =
-- 0.2) -> Module: MnasNet with 0.75 times the channels (Tan et al. 2019).

--- torchvision.models.mnasnet1_0(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout: float =
-- 0.2) -> Module: MnasNet (Tan et al. 2019).

--- torchvision.models.mnasnet1_3(weights: any = nil, progress: bool = true, num_classes: int = 1000, dropout: float =
-- 0.2) -> Module: MnasNet with 1.3 times the channels (Tan et al. 2019).

local mnasnet = build.family({{"dropout", kind = "number", default = 0.2}}, {mnasnet0_5 = {0.5}, mnasnet0_75 = {0.75},
  mnasnet1_0 = {1.0}, mnasnet1_3 = {1.3}}, function(given, row)
  return MNASNet(row[1], given.num_classes, given.dropout)
end)
--- torchvision.models.MNASNet(alpha: float, num_classes: int = 1000, dropout: float = 0.2): The network of
-- mnasnet1_0() and the like; alpha: how many times the channels.
mnasnet.MNASNet = MNASNet
return mnasnet
