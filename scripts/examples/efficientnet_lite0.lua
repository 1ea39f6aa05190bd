--- Classifies photographs by EfficientNet-Lite0, whose published file (efficientnet-lite0-57934424.pth) holds the state
-- of a module: the network is written here with the names of that file.
--
--     hecate scripts/examples/efficientnet_lite0.lua --weights FILE.pth --images A.jpg,B.png
--
-- For each image it prints the five most likely of the 1000 classes of ImageNet, which count from 1, and their shares.
-- Without weights the network knows nothing, and without images it sees noise.
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local given = command_line("Classifies photographs by EfficientNet-Lite0.", {
  {"weights", false, "the published file"},
  {"images", false, "files of photographs, with commas between"},
}, {})

--- A convolution without bias that pads as TensorFlow does: more behind than in front where it does not come out even.
local Same = torch.class("SameConv2d", nn.Conv2d)

function Same:__init(from, to, kernel, stride, groups)
  Same.super.__init(self, from, to, kernel, {stride = stride, groups = groups, bias = false})
end

function Same:forward(x)
  local around, kernel, stride = {}, self.kernel_size[1], self.stride[1]
  for i, dim in ipairs {4, 3} do
    local size = x:size(dim)
    local total = math.max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    around[2 * i - 1], around[2 * i] = total // 2, total - total // 2
  end
  return F.conv2d(F.pad(x, around), self.weight, nil, stride, 0, 1, self.groups)
end

local function norm(channels) return nn.BatchNorm2d(channels, {eps = 1e-3}) end

local Block = torch.class("LiteBlock", nn.Module)

function Block:__init(from, to, kernel, stride, expansion)
  local inner = from * expansion
  if expansion > 1 then self._expand_conv, self._bn0 = Same(from, inner, 1), norm(inner) end
  self._depthwise_conv, self._bn1 = Same(inner, inner, kernel, stride, inner), norm(inner)
  self._project_conv, self._bn2 = Same(inner, to, 1), norm(to)
  self.adds_input = stride == 1 and from == to
end

function Block:forward(x)
  local y = self._expand_conv and F.relu6(self._bn0(self._expand_conv(x))) or x
  y = self._bn2(self._project_conv(F.relu6(self._bn1(self._depthwise_conv(y)))))
  return self.adds_input and y + x or y
end

-- {expansion, kernel, stride, in, out, count}
local STAGES <const> = {{1, 3, 1, 32, 16, 1}, {6, 3, 2, 16, 24, 2}, {6, 5, 2, 24, 40, 2}, {6, 3, 2, 40, 80, 3},
  {6, 5, 1, 80, 112, 3}, {6, 5, 2, 112, 192, 4}, {6, 3, 1, 192, 320, 1}}

local Lite = torch.class("EfficientNetLite0", nn.Module)

function Lite:__init()
  self._conv_stem, self._bn0, self._blocks = Same(3, 32, 3, 2), norm(32), nn.ModuleList()
  for _, stage in ipairs(STAGES) do
    local expansion, kernel, stride, from, to, count = table.unpack(stage)
    for k = 1, count do
      self._blocks:append(Block(k == 1 and from or to, to, kernel, k == 1 and stride or 1, expansion))
    end
  end
  self._conv_head, self._bn1, self._fc = Same(320, 1280, 1), norm(1280), nn.Linear(1280, 1000)
end

function Lite:forward(x)
  x = F.relu6(self._bn0(self._conv_stem(x)))
  for _, block in ipairs(self._blocks) do x = block(x) end
  return self._fc(F.relu6(self._bn1(self._conv_head(x))):mean({3, 4}))
end

--- A photograph as the input: the shorter edge becomes 256 pixels, the middle 224 × 224 remains, in ±1.
local function input_of(path)
  local image = torchvision.io.read_image(path, "RGB"):to "float32":unsqueeze(1)
  local h, w = image:size(3), image:size(4)
  local scale = 256 / math.min(h, w)
  image = F.interpolate(image, {size = {h * scale // 1 | 0, w * scale // 1 | 0}, mode = "bicubic", antialias = true,
    align_corners = false})
  local top, left = (image:size(3) - 224) // 2, (image:size(4) - 224) // 2
  return (image:narrow(3, top + 1, 224):narrow(4, left + 1, 224):clamp(0, 255) - 127) / 128
end

local model = Lite()
if given.weights then model:load_state_dict(torch.load(given.weights)) end
model:eval()

local function classify(name, x)
  local shares = torch.no_grad(function() return model(x):softmax(2)[1] end)
  local values, classes = shares:topk(5)
  local parts = {}
  for k = 1, 5 do parts[k] = ("%d (%.1f%%)"):format(classes[k]:item(), 100 * values[k]:item()) end
  print(("%s: %s"):format(name, table.concat(parts, ", ")))
end

if given.images then
  for path in given.images:gmatch "[^,]+" do classify(path:match "[^/]+$", input_of(path)) end
else classify("noise", torch.randn(1, 3, 224, 224)) end
