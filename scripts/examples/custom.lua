--- Things of one's own: a function with its gradient, a layer that uses it, and an optimiser.
--
--     hecate scripts/examples/custom.lua [--epochs N] [--out FILE.png] [--small]
--
-- A network with weights of -1 and 1 alone learns handwritten digits (UCI, part of Hecate). Its signs have no gradient:
-- the function here hands on that of what it rounded (Y. Bengio and others, "Estimating or propagating gradients
-- through stochastic neurons", 2013). The optimiser takes steps of one size, whose direction is the sign of a mean of
-- gradients (Lion: X. Chen and others, "Symbolic discovery of optimization algorithms", 2023).
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Trains a network of signs with an optimiser written here.", {
  {"epochs", 30, "passes over the training set"},
  {"width", 256, "width of the hidden layers"},
  {"lr", 3e-4, "length of a step"},
  {"seed", 1, "seed of all random numbers"},
  {"out", false, "a picture of the loss (.png)"},
}, {epochs = 2, width = 64})
torch.manual_seed(options.seed)

-- ---- a function with a gradient ----------------------------------------------------------

local Sign = torch.autograd.Function("StraightThroughSign", {
  forward = function(ctx, x)
    ctx:save_for_backward(x)
    return torch.where(x:lt(0), -1.0, 1.0)
  end,
  -- As if the result were x itself, where x is between -1 and 1.
  backward = function(ctx, grad) return grad * ctx.saved_tensors[1]:abs():le(1) end,
})

-- ---- a layer ------------------------------------------------------------------------------

local SignLinear = torch.class("SignLinear", nn.Module)
function SignLinear:__init(inputs, outputs)
  self.weight = nn.Parameter(torch.empty(outputs, inputs):uniform_(-0.5, 0.5))
  self.scale = 1 / math.sqrt(inputs)
end
function SignLinear:forward(x) return F.linear(x, Sign:apply(self.weight)) * self.scale end
function SignLinear:extra_repr()
  local outputs, inputs = table.unpack(self.weight.shape)
  return ("%d -> %d, weights of -1 and 1"):format(inputs, outputs)
end

-- ---- an optimiser --------------------------------------------------------------------------

local Lion = torch.class("SimpleLion", optim.Optimizer)
function Lion:__init(params, settings)
  Lion.super.__init(self, params, {lr = settings.lr or 1e-4, beta1 = 0.9, beta2 = 0.99})
end
function Lion:step(closure)
  local loss = closure and torch.enable_grad(closure)
  torch.no_grad(function()
    for _, group in ipairs(self.param_groups) do
      for _, p in ipairs(group.params) do
        if p.grad then
          local state = self.state[p]
          state.mean = state.mean or torch.zeros_like(p)
          p:sub_((state.mean * group.beta1 + p.grad * (1 - group.beta1)):sign() * group.lr)
          state.mean:lerp_(p.grad, 1 - group.beta2)
        end
      end
    end
  end)
  return loss
end

-- ---- training -------------------------------------------------------------------------------

local train_set, test_set = torchvision.datasets.Digits{train = true}, torchvision.datasets.Digits{train = false}
local DataLoader = torch.utils.data.DataLoader
local net = nn.Sequential(
  nn.Flatten(), SignLinear(64, options.width), nn.BatchNorm1d(options.width), nn.ReLU(),
  SignLinear(options.width, options.width), nn.BatchNorm1d(options.width), nn.ReLU(),
  SignLinear(options.width, 10), nn.BatchNorm1d(10))
if not options.small then print(net) end
local criterion = nn.CrossEntropyLoss()
local optimizer = Lion(net:parameters(), {lr = options.lr * 10})
local schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs)

local function accuracy()
  net:eval()
  local right = 0
  torch.no_grad(function()
    for x, y in DataLoader(test_set, {batch_size = 300}):iter() do
      right = right + net(x):argmax(2):eq(y):sum():item()
    end
  end)
  net:train()
  return right / #test_set
end

local curve = (options.out or not options.small) and gnuplot.live{title = "loss", file = options.out or nil}
for epoch = 1, options.epochs do
  local sum, n = 0, 0
  for x, y in DataLoader(train_set, {batch_size = 64, shuffle = true}):iter() do
    optimizer:zero_grad()
    local loss = criterion(net(x), y)
    loss:backward()
    optimizer:step()
    sum, n = sum + loss:item(), n + 1
  end
  schedule:step()
  if curve then curve:add("train", epoch, sum / n) end
  print(("epoch %2d: loss %.4f, test accuracy %.2f %%"):format(epoch, sum / n, 100 * accuracy()))
end
if curve then curve:close() end
