-- GoogLeNet, the first Inception (Szegedy et al. 2015).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local parts = require "torchvision.models.inception_parts"

local BasicConv2d <const> = parts.BasicConv2d
local function ceiling(size, stride, padding)
  return nn.MaxPool2d(size, {stride = stride, padding = padding, ceil_mode = true})
end

local Inception = build.class("googlenet.Inception", function(self, from, ch1x1, red3, ch3x3, red5, ch5x5, pool)
  self.branch1 = BasicConv2d(from, ch1x1, 1)
  self.branch2 = nn.Sequential(BasicConv2d(from, red3, 1), BasicConv2d(red3, ch3x3, 3, {padding = 1}))
  -- 3×3 where the paper has 5×5: so are the published files.
  self.branch3 = nn.Sequential(BasicConv2d(from, red5, 1), BasicConv2d(red5, ch5x5, 3, {padding = 1}))
  self.branch4 = nn.Sequential(ceiling(3, 1, 1), BasicConv2d(from, pool, 1))
end, function(self, x)
  return torch.cat({self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)}, 2)
end)

local Auxiliary = build.class("googlenet.InceptionAux", function(self, from, num_classes, dropout)
  self.conv = BasicConv2d(from, 128, 1)
  self.fc1, self.fc2 = nn.Linear(2048, 1024), nn.Linear(1024, num_classes)
  self.dropout = nn.Dropout(dropout)
end, function(self, x)
  x = self.conv(torch.nn.functional.adaptive_avg_pool2d(x, 4)):flatten(2)
  return self.fc2(self.dropout(self.fc1(x):relu_()))
end)

-- Channels of the blocks: in, 1×1, 3×3 (before, after), 5×5 (before, after), behind the pool.
local BLOCKS <const> = {{"3a", 192, 64, 96, 128, 16, 32, 32}, {"3b", 256, 128, 128, 192, 32, 96, 64}, {"pool3", 3},
  {"4a", 480, 192, 96, 208, 16, 48, 64}, {"4b", 512, 160, 112, 224, 24, 64, 64},
  {"4c", 512, 128, 128, 256, 24, 64, 64}, {"4d", 512, 112, 144, 288, 32, 64, 64},
  {"4e", 528, 256, 160, 320, 32, 128, 128}, {"pool4", 2}, {"5a", 832, 256, 160, 320, 32, 128, 128},
  {"5b", 832, 384, 192, 384, 48, 128, 128}}

local GoogLeNet = build.class("GoogLeNet", function(self, given)
  self.aux_logits, self.transform_input = given.aux_logits, given.transform_input
  self.conv1, self.maxpool1 = BasicConv2d(3, 64, 7, {stride = 2, padding = 3}), ceiling(3, 2)
  self.conv2, self.conv3 = BasicConv2d(64, 64, 1), BasicConv2d(64, 192, 3, {padding = 1})
  self.maxpool2 = ceiling(3, 2)
  for _, block in ipairs(BLOCKS) do
    local pool = block[1]:match "^pool(%d)"
    if pool then self["maxpool" .. pool] = ceiling(block[2], 2)
    else self["inception" .. block[1]] = Inception(table.unpack(block, 2)) end
  end
  if given.aux_logits then
    self.aux1 = Auxiliary(512, given.num_classes, given.dropout_aux or 0.7)
    self.aux2 = Auxiliary(528, given.num_classes, given.dropout_aux or 0.7)
  end
  self.avgpool, self.dropout = nn.AdaptiveAvgPool2d(1), nn.Dropout(given.dropout or 0.2)
  self.fc = nn.Linear(1024, given.num_classes)
  if given.init_weights and not given.weights then
    local function small(module) nn.init.trunc_normal_(module.weight, {std = 0.01}) end
    build.each(self, small, small)
  end
end, function(self, x)
  if self.transform_input then x = parts.transform_input(x) end
  local has_aux = self.training and self.aux_logits
  x = self.maxpool2(self.conv3(self.conv2(self.maxpool1(self.conv1(x)))))
  x = self.inception4a(self.maxpool3(self.inception3b(self.inception3a(x))))
  local aux1 = has_aux and self.aux1(x)
  x = self.inception4d(self.inception4c(self.inception4b(x)))
  local aux2 = has_aux and self.aux2(x)
  x = self.inception5b(self.inception5a(self.maxpool4(self.inception4e(x))))
  x = self.fc(self.dropout(self.avgpool(x):flatten(2)))
  if has_aux then return x, aux2, aux1 end
  return x
end)

local OWN <const> = table.move(parts.OWN, 1, #parts.OWN, 1, {})
OWN[#OWN + 1] = {"dropout_aux", kind = "number"}

--- torchvision.models.googlenet(weights: any = nil, progress: bool = true, num_classes: int = 1000, aux_logits: bool =
-- true, transform_input: bool = nil, init_weights: bool = true, dropout: float = 0.2, dropout_aux: float = 0.7) ->
-- Module: GoogLeNet (Szegedy et al. 2015). In training it gives the result and those of two auxiliary classifiers
-- (the second, the first). transform_input: images are normalised anew, as the published file wants.
local googlenet = {googlenet = build.constructor("googlenet", OWN, function(given)
  return GoogLeNet(parts.options(given))
end)}

--- torchvision.models.GoogLeNet(options: table): The network of googlenet().
googlenet.GoogLeNet = GoogLeNet
return googlenet
