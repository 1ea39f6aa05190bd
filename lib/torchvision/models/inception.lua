-- Inception v3 (Szegedy et al. 2016).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local parts = require "torchvision.models.inception_parts"

local BasicConv2d <const> = parts.BasicConv2d
local ROW <const>, COLUMN <const> = {padding = {0, 3}}, {padding = {3, 0}} -- around 1×7 and 7×1

--- What `names` of a module make of x, one after another.
local function chain(self, x, ...)
  for _, name in ipairs {...} do x = self[name](x) end
  return x
end

local function mean(x) return torch.nn.functional.avg_pool2d(x, 3, 1, 1) end

local A = build.class("inception.InceptionA", function(self, from, pool_features)
  self.branch1x1 = BasicConv2d(from, 64, 1)
  self.branch5x5_1, self.branch5x5_2 = BasicConv2d(from, 48, 1), BasicConv2d(48, 64, 5, {padding = 2})
  self.branch3x3dbl_1, self.branch3x3dbl_2 = BasicConv2d(from, 64, 1), BasicConv2d(64, 96, 3, {padding = 1})
  self.branch3x3dbl_3 = BasicConv2d(96, 96, 3, {padding = 1})
  self.branch_pool = BasicConv2d(from, pool_features, 1)
end, function(self, x)
  return torch.cat({self.branch1x1(x), chain(self, x, "branch5x5_1", "branch5x5_2"),
    chain(self, x, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"), self.branch_pool(mean(x))}, 2)
end)

local B = build.class("inception.InceptionB", function(self, from)
  self.branch3x3 = BasicConv2d(from, 384, 3, {stride = 2})
  self.branch3x3dbl_1, self.branch3x3dbl_2 = BasicConv2d(from, 64, 1), BasicConv2d(64, 96, 3, {padding = 1})
  self.branch3x3dbl_3 = BasicConv2d(96, 96, 3, {stride = 2})
end, function(self, x)
  return torch.cat({self.branch3x3(x), chain(self, x, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
    torch.nn.functional.max_pool2d(x, 3, 2)}, 2)
end)

local C = build.class("inception.InceptionC", function(self, from, c)
  self.branch1x1 = BasicConv2d(from, 192, 1)
  self.branch7x7_1, self.branch7x7_2 = BasicConv2d(from, c, 1), BasicConv2d(c, c, {1, 7}, ROW)
  self.branch7x7_3 = BasicConv2d(c, 192, {7, 1}, COLUMN)
  self.branch7x7dbl_1, self.branch7x7dbl_2 = BasicConv2d(from, c, 1), BasicConv2d(c, c, {7, 1}, COLUMN)
  self.branch7x7dbl_3, self.branch7x7dbl_4 = BasicConv2d(c, c, {1, 7}, ROW), BasicConv2d(c, c, {7, 1}, COLUMN)
  self.branch7x7dbl_5 = BasicConv2d(c, 192, {1, 7}, ROW)
  self.branch_pool = BasicConv2d(from, 192, 1)
end, function(self, x)
  return torch.cat({self.branch1x1(x), chain(self, x, "branch7x7_1", "branch7x7_2", "branch7x7_3"),
    chain(self, x, "branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5"),
    self.branch_pool(mean(x))}, 2)
end)

local D = build.class("inception.InceptionD", function(self, from)
  self.branch3x3_1, self.branch3x3_2 = BasicConv2d(from, 192, 1), BasicConv2d(192, 320, 3, {stride = 2})
  self.branch7x7x3_1, self.branch7x7x3_2 = BasicConv2d(from, 192, 1), BasicConv2d(192, 192, {1, 7}, ROW)
  self.branch7x7x3_3 = BasicConv2d(192, 192, {7, 1}, COLUMN)
  self.branch7x7x3_4 = BasicConv2d(192, 192, 3, {stride = 2})
end, function(self, x)
  return torch.cat({chain(self, x, "branch3x3_1", "branch3x3_2"),
    chain(self, x, "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"),
    torch.nn.functional.max_pool2d(x, 3, 2)}, 2)
end)

local E = build.class("inception.InceptionE", function(self, from)
  local row, column = {padding = {0, 1}}, {padding = {1, 0}}
  self.branch1x1 = BasicConv2d(from, 320, 1)
  self.branch3x3_1 = BasicConv2d(from, 384, 1)
  self.branch3x3_2a, self.branch3x3_2b = BasicConv2d(384, 384, {1, 3}, row), BasicConv2d(384, 384, {3, 1}, column)
  self.branch3x3dbl_1, self.branch3x3dbl_2 = BasicConv2d(from, 448, 1), BasicConv2d(448, 384, 3, {padding = 1})
  self.branch3x3dbl_3a = BasicConv2d(384, 384, {1, 3}, row)
  self.branch3x3dbl_3b = BasicConv2d(384, 384, {3, 1}, column)
  self.branch_pool = BasicConv2d(from, 192, 1)
end, function(self, x)
  local one, two = self.branch3x3_1(x), chain(self, x, "branch3x3dbl_1", "branch3x3dbl_2")
  return torch.cat({self.branch1x1(x), self.branch3x3_2a(one), self.branch3x3_2b(one), self.branch3x3dbl_3a(two),
    self.branch3x3dbl_3b(two), self.branch_pool(mean(x))}, 2)
end)

local Auxiliary = build.class("inception.InceptionAux", function(self, from, num_classes)
  self.conv0, self.conv1 = BasicConv2d(from, 128, 1), BasicConv2d(128, 768, 5)
  self.fc = nn.Linear(768, num_classes)
end, function(self, x)
  x = self.conv1(self.conv0(torch.nn.functional.avg_pool2d(x, 5, 3)))
  return self.fc(torch.nn.functional.adaptive_avg_pool2d(x, 1):flatten(2))
end)

-- The network: names, and what they are made of.
local LAYERS <const> = {{"Conv2d_1a_3x3", BasicConv2d, 3, 32, 3, {stride = 2}},
  {"Conv2d_2a_3x3", BasicConv2d, 32, 32, 3},
  {"Conv2d_2b_3x3", BasicConv2d, 32, 64, 3, {padding = 1}}, {"maxpool1", nn.MaxPool2d, 3, 2},
  {"Conv2d_3b_1x1", BasicConv2d, 64, 80, 1}, {"Conv2d_4a_3x3", BasicConv2d, 80, 192, 3},
  {"maxpool2", nn.MaxPool2d, 3, 2}, {"Mixed_5b", A, 192, 32}, {"Mixed_5c", A, 256, 64}, {"Mixed_5d", A, 288, 64},
  {"Mixed_6a", B, 288}, {"Mixed_6b", C, 768, 128}, {"Mixed_6c", C, 768, 160}, {"Mixed_6d", C, 768, 160},
  {"Mixed_6e", C, 768, 192}, {"AuxLogits", Auxiliary, 768}, {"Mixed_7a", D, 768}, {"Mixed_7b", E, 1280},
  {"Mixed_7c", E, 2048}}

local function fill(self)
  local aux = self.AuxLogits
  local function small(module)
    local std = aux and (module == aux.conv1.conv and 0.01 or module == aux.fc and 0.001) or 0.1
    nn.init.trunc_normal_(module.weight, {std = std})
  end
  build.each(self, small, small)
end

local Inception3 = build.class("Inception3", function(self, given)
  self.aux_logits, self.transform_input = given.aux_logits, given.transform_input
  for _, layer in ipairs(LAYERS) do
    if layer[2] ~= Auxiliary then self[layer[1]] = layer[2](table.unpack(layer, 3))
    elseif given.aux_logits then self[layer[1]] = Auxiliary(layer[3], given.num_classes) end
  end
  self.avgpool, self.dropout = nn.AdaptiveAvgPool2d(1), nn.Dropout(given.dropout or 0.5)
  self.fc = nn.Linear(2048, given.num_classes)
  if given.init_weights and not given.weights then fill(self) end
end, function(self, x)
  if self.transform_input then x = parts.transform_input(x) end
  local has_aux, aux = self.training and self.aux_logits, nil
  for _, layer in ipairs(LAYERS) do
    if layer[2] ~= Auxiliary then x = self[layer[1]](x)
    elseif has_aux then aux = self.AuxLogits(x) end
  end
  x = self.fc(self.dropout(self.avgpool(x)):flatten(2))
  if has_aux then return x, aux end
  return x
end)

--- torchvision.models.inception_v3(weights: any = nil, progress: bool = true, num_classes: int = 1000, aux_logits:
-- bool = true, transform_input: bool = nil, init_weights: bool = true, dropout: float = 0.5) -> Module: Inception v3
-- (Szegedy et al. 2016), for images of 299×299. In training it gives the result and that of the auxiliary classifier.
-- transform_input: images are normalised anew, as the published file wants.
local inception = {inception_v3 = build.constructor("inception_v3", parts.OWN, function(given)
  return Inception3(parts.options(given))
end)}

--- torchvision.models.Inception3(options: table): The network of inception_v3().
inception.Inception3 = Inception3
return inception
