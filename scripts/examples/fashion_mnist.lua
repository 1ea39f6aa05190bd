--- Trains a classifier on Fashion-MNIST: 60,000 pictures of clothes in ten classes.
--
--     hecate scripts/examples/fashion_mnist.lua [--epochs N] [--data digits] [--help] ...
--
-- The loss is drawn live (in a window, in the terminal or into loss.png only); the
-- trained model is saved, loaded into a new one, and tested again.
local torch = require "torch"
local torchvision = require "torchvision"
local gnuplot = require "gnuplot"
local nn, optim = torch.nn, torch.optim
local DataLoader = torch.utils.data.DataLoader

local HELP = [[
usage: hecate fashion_mnist.lua [options]
  --data NAME       fashion (the default) or digits (small; part of Hecate)
  --root DIR        where the IDX files of Fashion-MNIST are
  --epochs N        passes over the training set (10)
  --batch-size N    pictures per step (128)
  --lr X            learning rate of Adam in the first epoch (0.002)
  --seed N          seed of all random numbers (1)
  --device NAME     where the model is trained: cpu or cuda (cpu)
  --out DIR         where loss.png and fashion_mnist.safetensors go (.)]]

local options = {epochs = 10, ["batch-size"] = 128, lr = 2e-3, data = "fashion", root = false,
  out = ".", seed = 1, device = "cpu"}

local function stop(...)
  io.stderr:write("fashion_mnist: ", string.format(...), " (see --help)\n")
  os.exit(1, true)
end

--- Reads "--name value" pairs into the options; numbers keep the kind of the default.
local function parse(words)
  for i = 1, #words, 2 do
    local word, value = words[i], words[i + 1]
    local name = word:match("^%-%-(.+)$")
    if word == "--help" then print(HELP) os.exit(0, true) end
    if name == nil or options[name] == nil then stop("unknown option '%s'", word) end
    if value == nil then stop("option '%s' needs a value", word) end
    local kind = math.type(options[name])
    if kind then
      local number = tonumber(value)
      if kind == "integer" then number = math.tointeger(number) end
      if number == nil then stop("option '%s' needs a number, got '%s'", word, value) end
      value = number
    end
    options[name] = value
  end
end

--- The training and the test set.
local function load_data()
  local datasets = torchvision.datasets
  if options.data == "digits" then
    return datasets.Digits{train = true}, datasets.Digits{train = false}
  end
  if options.data ~= "fashion" then stop("unknown data set '%s'", options.data) end
  local root = options.root or nil
  return datasets.FashionMNIST{root = root, train = true},
    datasets.FashionMNIST{root = root, train = false}
end

--- A perceptron for pictures of `pixels` pixels in ten classes.
local function new_model(pixels)
  return nn.Sequential(
    nn.Flatten(),
    nn.Linear(pixels, 256),
    nn.ReLU(),
    nn.Linear(256, 10)
  )
end

--- The share of correct answers and the mean loss over a data set.
local function evaluate(model, loader, criterion)
  local correct, loss, n = 0, 0, 0
  model:eval()
  torch.no_grad(function()
    for x, y in loader:iter() do
      x, y = x:to(options.device), y:to(options.device)
      local logits = model(x)
      loss = loss + criterion(logits, y):item() * #y
      correct = correct + logits:argmax(2):eq(y):sum():item()
      n = n + #y
    end
  end)
  return correct / n, loss / n
end

parse(arg)
local there, words = pcall(torch.device, options.device)
if not there then stop("option '--device': %s", tostring(words):gsub("^.-: ", "", 1)) end
torch.manual_seed(options.seed)

local train_set, test_set = load_data()
local train_loader = DataLoader(train_set, {batch_size = options["batch-size"], shuffle = true})
local test_loader = DataLoader(test_set, {batch_size = 1000})
print(("%d training images, %d test images"):format(#train_set, #test_set))

local _, height, width = table.unpack(train_set.data.shape)
local model = new_model(height * width):to(options.device)
local criterion = nn.CrossEntropyLoss()
local optimizer = optim.Adam(model:parameters(), {lr = options.lr})
print(model)

local REPORT = 10 -- steps from one point of the curve to the next
local curve = gnuplot.live{title = "loss", file = options.out .. "/loss.png"}
local step = 0

for epoch = 1, options.epochs do
  -- Smaller steps towards the end, linearly: worth a point of test accuracy.
  optimizer.param_groups[1].lr = options.lr * (1 - (epoch - 1) / options.epochs)
  model:train()
  local correct, seen = 0, 0
  local bar = torch.utils.progress(train_loader, {desc = ("epoch %d/%d"):format(epoch, options.epochs)})
  for x, y in bar:iter() do
    x, y = x:to(options.device), y:to(options.device)
    optimizer:zero_grad()
    local logits = model(x)
    local loss = criterion(logits, y)
    loss:backward()
    optimizer:step()

    step = step + 1
    if step % REPORT == 1 then
      correct = correct + logits:argmax(2):eq(y):sum():item()
      seen = seen + #y
      curve:add("train", step, loss:item())
      bar:set{loss = loss:item(), acc = ("%.1f %%"):format(100 * correct / seen)}
    end
  end

  local accuracy, test_loss = evaluate(model, test_loader, criterion)
  curve:add("test", step, test_loss)
  curve:mark(step, "epoch " .. epoch)
  print(("epoch %d: test loss %.4f, test accuracy %.2f %%"):format(epoch, test_loss, 100 * accuracy))
end
curve:close()

-- What was learned is in the file alone: a new model, filled from it, knows as much.
local path = options.out .. "/fashion_mnist.safetensors"
torch.save(model:state_dict(), path)
local reloaded = new_model(height * width):to(options.device)
reloaded:load_state_dict(torch.load(path))

local before, after = evaluate(model, test_loader, criterion), evaluate(reloaded, test_loader, criterion)
print(("saved %s; test accuracy of the model %.2f %%, reloaded %.2f %%"):format(path,
  100 * before, 100 * after))
assert(before == after, "the reloaded model differs")
