--- Convolutional networks on Fashion-MNIST: 60,000 pictures of clothes in ten classes.
--
--     hecate scripts/examples/fashion_cnn.lua [--net plain|residual] [--epochs N] [--out FILE.png] [--small]
--
-- The plain network has two convolutions; the residual one has eight in blocks whose input goes around them (K. He and
-- others, "Deep residual learning", 2015), and sees each picture moved and mirrored anew in each epoch.
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Trains a convolutional network on Fashion-MNIST.", {
  {"net", "plain", "plain, or residual with augmented pictures"},
  {"epochs", 0, "passes over the training set; 0: 8 of the plain, 14 of the residual network"},
  {"root", false, "where the IDX files of Fashion-MNIST are"},
  {"data", "fashion", "fashion, or digits (small; part of Hecate)"},
  {"batch-size", 128, "pictures of a step"},
  {"lr", 4e-3, "the largest learning rate of AdamW"},
  {"seed", 1, "seed of all random numbers"},
  {"out", false, "a picture of the loss (.png)"},
}, {data = "digits", epochs = 1})
torch.manual_seed(options.seed)
local residual = options.net == "residual"
if not residual and options.net ~= "plain" then error("--net: expected plain or residual", 0) end
local epochs = options.epochs > 0 and options.epochs or residual and 14 or 8

-- ---- pictures ---------------------------------------------------------------------------

local function load(train)
  if options.data == "digits" then return torchvision.datasets.Digits{train = train} end
  return torchvision.datasets.FashionMNIST{root = options.root or nil, train = train}
end

--- All pictures (N, 1, height, width) of mean 0 and deviation 1, and their classes: they fit into memory.
local function tensors(set)
  local images, labels = {}, {}
  for x, y in torch.utils.data.DataLoader(set, {batch_size = 1000}):iter() do
    images[#images + 1], labels[#labels + 1] = x, y
  end
  return torch.cat(images), torch.cat(labels)
end
local images, labels = tensors(load(true))
local test_images, test_labels = tensors(load(false))
local mean, deviation = images:mean():item(), images:std():item()
images:sub_(mean):div_(deviation)
test_images:sub_(mean):div_(deviation)
local _, _, height, width = table.unpack(images.shape)
local blank = -mean / deviation -- black

--- A batch of pictures, each moved by up to two pixels and mirrored or not.
local function augment(x)
  local n, move = #x, 2
  local padded = F.pad(x, {move, move, move, move}, {value = blank})
  local mirrored = torch.where(torch.rand(n, 1, 1, 1):lt(0.5), padded, padded:flip(4))
  local down, right = torch.randint(0, 2 * move + 1, {n}), torch.randint(0, 2 * move + 1, {n})
  local rows = torch.arange(1, height + 1):reshape(1, height, 1) + down:reshape(n, 1, 1)
  local columns = torch.arange(1, width + 1):reshape(1, 1, width) + right:reshape(n, 1, 1)
  local which = torch.arange(1, n + 1):reshape(n, 1, 1)
  return mirrored:squeeze(2)[{which, rows, columns}]:unsqueeze(2)
end

-- ---- networks ---------------------------------------------------------------------------

local Block = torch.class("ResidualBlock", nn.Module)
function Block:__init(channels, out, stride)
  self.conv1 = nn.Conv2d(channels, out, 3, {stride = stride, padding = 1, bias = false})
  self.bn1 = nn.BatchNorm2d(out)
  self.conv2 = nn.Conv2d(out, out, 3, {padding = 1, bias = false})
  self.bn2 = nn.BatchNorm2d(out)
  self.around = (stride > 1 or channels ~= out)
    and nn.Sequential(nn.Conv2d(channels, out, 1, {stride = stride, bias = false}), nn.BatchNorm2d(out))
    or nn.Identity()
end
function Block:forward(x)
  local h = F.relu(self.bn1(self.conv1(x)))
  return F.relu(self.bn2(self.conv2(h)) + self.around(x))
end

local function new_residual()
  return nn.Sequential(
    nn.Conv2d(1, 32, 3, {padding = 1, stride = height > 16 and 2 or 1, bias = false}), nn.BatchNorm2d(32), nn.ReLU(),
    Block(32, 32, 1), Block(32, 64, 2), Block(64, 128, 2), Block(128, 128, 1),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(128, 10))
end

local function new_plain()
  return nn.Sequential(
    nn.Conv2d(1, 32, 3, {padding = 1, bias = false}), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3, {padding = 1, bias = false}), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Dropout(0.4), nn.Linear(64 * (height // 4) * (width // 4), 128), nn.ReLU(),
    nn.Dropout(0.2), nn.Linear(128, 10))
end

local net = residual and new_residual() or new_plain()
local criterion = nn.CrossEntropyLoss()
local optimizer = optim.AdamW(net:parameters(), {lr = options.lr, weight_decay = 0.02})
local steps = (#images + options["batch-size"] - 1) // options["batch-size"]
local schedule = optim.lr_scheduler.OneCycleLR(optimizer, options.lr,
  {total_steps = steps * epochs + 1, pct_start = 0.2})

--- The share of right answers on the test set.
local function accuracy()
  net:eval()
  local right = 0
  torch.no_grad(function()
    for at = 1, #test_images, 500 do
      local n = math.min(500, #test_images - at + 1)
      right = right + net(test_images:narrow(1, at, n)):argmax(2):eq(test_labels:narrow(1, at, n)):sum():item()
    end
  end)
  net:train()
  return right / #test_images
end

local curve = (options.out or not options.small) and gnuplot.live{title = "loss", file = options.out or nil}
local step = 0
for epoch = 1, epochs do
  local sum = 0
  local batches = torch.randperm(#images):split(options["batch-size"])
  for _, batch in ipairs(batches) do
    local x = images:index_select(1, batch)
    if residual then x = augment(x) end
    optimizer:zero_grad()
    local loss = criterion(net(x), labels:index_select(1, batch))
    loss:backward()
    optimizer:step()
    schedule:step()
    sum, step = sum + loss:item(), step + 1
    if curve and step % 20 == 0 then curve:add("train", step, loss:item()) end
  end
  print(("epoch %2d: loss %.4f, test accuracy %.2f %%"):format(epoch, sum / #batches, 100 * accuracy()))
end
if curve then curve:close() end
