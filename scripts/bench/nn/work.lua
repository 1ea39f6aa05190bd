--- The rows of nn.lua: each function prepares its work and gives one call of it. work.py has the same in PyTorch.
local gpt = dofile(arg[0]:match("^(.*)/[^/]*$") .. "/gpt.lua")
local F = nn.functional
local work = {}

--- One step of training `model` on x and the classes y.
local function training(model, x, y)
  local criterion, optimizer = nn.CrossEntropyLoss(), optim.Adam(model:parameters(), {lr = 1e-3})
  return function()
    optimizer:zero_grad()
    local loss = criterion(model(x), y)
    loss:backward()
    optimizer:step()
  end
end

--- forward(…) and its gradients, that of the result being ones; `leaves` are the tensors that get one.
local function differentiated(leaves, forward)
  for _, leaf in ipairs(leaves) do leaf:requires_grad_(true) end
  local seed = torch.ones_like(forward())
  return function()
    for _, leaf in ipairs(leaves) do leaf.grad = nil end
    forward():backward(seed)
  end
end

function work.mlp(batch)
  local model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
  return training(model, torch.rand(batch, 784), torch.randint(1, 11, {batch}))
end

function work.lenet()
  local model = nn.Sequential(nn.Conv2d(1, 6, 5, {padding = 2}), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5),
    nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
    nn.Linear(84, 10))
  return training(model, torch.rand(64, 1, 28, 28), torch.randint(1, 11, {64}))
end

local function convolution(from, to, kernel, stride)
  return nn.Conv2d(from, to, kernel, {stride = stride, padding = kernel // 2, bias = false})
end

local Block = torch.class("Block", nn.Module)
function Block:__init(from, to, stride)
  self.conv1, self.bn1 = convolution(from, to, 3, stride), nn.BatchNorm2d(to)
  self.conv2, self.bn2 = convolution(to, to, 3, 1), nn.BatchNorm2d(to)
  if stride ~= 1 or from ~= to then
    self.shortcut = nn.Sequential(convolution(from, to, 1, stride), nn.BatchNorm2d(to))
  end
end
function Block:forward(x)
  local out = self.bn2(self.conv2(self.bn1(self.conv1(x)):relu()))
  return (out + (self.shortcut and self.shortcut(x) or x)):relu()
end

function work.resnet18()
  local layers = {convolution(3, 64, 3, 1), nn.BatchNorm2d(64), nn.ReLU()}
  local from = 64
  for i, to in ipairs {64, 128, 256, 512} do
    layers[#layers + 1] = Block(from, to, i == 1 and 1 or 2)
    layers[#layers + 1] = Block(to, to, 1)
    from = to
  end
  for _, layer in ipairs {nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)} do
    layers[#layers + 1] = layer
  end
  return training(nn.Sequential(table.unpack(layers)), torch.rand(32, 3, 32, 32), torch.randint(1, 11, {32}))
end

--- A model of torchvision: its construction, a forward in evaluation mode, or a step of training.
function work.model(what, name, batch)
  local constructor = require "torchvision.models"[name]
  if what == "make" then return constructor end
  local model, x = constructor(), torch.rand(batch, 3, 224, 224)
  if what == "train" then return training(model, x, torch.randint(1, 1001, {batch})) end
  model:eval()
  return function() return torch.no_grad(function() return model(x) end) end
end

--- A convolution of `channels` to as many at size × size; `way`: forward, or both gradients without it.
function work.conv(way, channels, kernel, stride, groups, size, batch)
  local x = torch.randn(batch, channels, size, size)
  local w = torch.randn(channels, channels // groups, kernel, kernel)
  local function forward() return F.conv2d(x, w, nil, stride, kernel // 2, 1, groups) end
  if way == "forward" then return forward end
  x:requires_grad_(true)
  w:requires_grad_(true)
  local out = forward()
  local seed, given = torch.ones_like(out), {retain_graph = true}
  return function()
    x.grad, w.grad = nil, nil
    out:backward(seed, given)
  end
end

function work.transposed(size)
  local x, w = torch.randn(8, 64, size, size), torch.randn(64, 32, 4, 4)
  return differentiated({x, w}, function() return F.conv_transpose2d(x, w, nil, 2, 1) end)
end

--- LSTM or GRU, 128 → 256, length 50, batch 32: forward, gradients, step.
function work.recurrent(kind)
  local model, x = nn[kind](128, 256), torch.randn(50, 32, 128)
  local optimizer = optim.Adam(model:parameters(), {lr = 1e-3})
  return function()
    optimizer:zero_grad()
    model(x):sum():backward()
    optimizer:step()
  end
end

function work.gpt()
  local model = gpt(256, 6, 384, 6, 256)
  local x, y = torch.randint(1, 257, {8, 256}), torch.randint(1, 257, {8 * 256})
  local optimizer = optim.AdamW(model:parameters(), {lr = 1e-3})
  return function()
    optimizer:zero_grad()
    F.cross_entropy(model(x):reshape(-1, 256), y):backward()
    optimizer:step()
  end
end

--- 64 tokens, one by one, with a cache of keys and values; the time is that of all.
function work.generate()
  local model = gpt(256, 6, 384, 6, 256)
  return function()
    torch.no_grad(function()
      local token, cache = torch.tensor {{1}}, {}
      for _ = 1, 64 do token = model(token, cache)[{{}, -1}]:argmax(-1, true) end
    end)
  end
end

--- Attention of 4 heads of 64 at one length, with gradients or without.
function work.attention(length, way)
  local q, k, v = torch.randn(1, 4, length, 64), torch.randn(1, 4, length, 64), torch.randn(1, 4, length, 64)
  local function forward() return F.scaled_dot_product_attention(q, k, v, {is_causal = true}) end
  return way == "forward" and forward or differentiated({q, k, v}, forward)
end

function work.layer_norm(rows, columns)
  local x, w, b = torch.randn(rows, columns), torch.randn(columns), torch.randn(columns)
  return differentiated({x, w, b}, function() return F.layer_norm(x, {columns}, w, b) end)
end

function work.group_norm(batch, channels, size, groups)
  local x, w, b = torch.randn(batch, channels, size, size), torch.randn(channels), torch.randn(channels)
  return differentiated({x, w, b}, function() return F.group_norm(x, groups, w, b) end)
end

function work.embedding(rows, columns, count)
  local i, w = torch.randint(1, rows + 1, {count}), torch.randn(rows, columns)
  return differentiated({w}, function() return F.embedding(i, w) end)
end

function work.embedding_bag(rows, columns, bags, each)
  local i, w = torch.randint(1, rows + 1, {bags * each}), torch.randn(rows, columns)
  local offsets = torch.arange(bags) * each + 1
  return differentiated({w}, function() return F.embedding_bag(i, w, offsets, {mode = "mean"}) end)
end

function work.cross_entropy(rows, classes)
  local x, y = torch.randn(rows, classes), torch.randint(1, classes + 1, {rows})
  return differentiated({x}, function() return F.cross_entropy(x, y) end)
end

--- One step over 10⁷ parameters in 100 tensors.
function work.optimizer(name)
  local list = {}
  for i = 1, 100 do
    list[i] = nn.Parameter(torch.randn(100000))
    list[i].grad = torch.randn(100000)
  end
  local optimizer = optim[name](list, {lr = 1e-3})
  return function() optimizer:step() end
end

return work
