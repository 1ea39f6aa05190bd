--- Trains a classifier on Fashion-MNIST: 60,000 pictures of clothes in ten classes.
--
--     hecate scripts/examples/fashion_mnist.lua [--epochs N] [--batch-size N] [--lr X]
--            [--data fashion|digits] [--root DIR] [--out DIR] [--seed N]
--
-- The loss is drawn live (in a window, in the terminal or into loss.png only); the
-- trained model is saved, loaded into a new one, and tested again.
local torch = require "torch"
local torchvision = require "torchvision"
local nn, optim = torch.nn, torch.optim
local DataLoader = torch.utils.data.DataLoader

local options = {
  epochs = 5, ["batch-size"] = 64, lr = 1e-3, data = "fashion", root = nil, out = ".", seed = 1,
}

local function parse(words)
  local known = {root = true}
  for name in pairs(options) do known[name] = true end
  for i = 1, #words, 2 do
    local name, value = words[i]:match("^%-%-(.+)$"), words[i + 1]
    if not known[name] or value == nil then
      io.stderr:write(("unknown option or no value: %s\n"):format(words[i]))
      os.exit(2, true)
    end
    if type(options[name]) == "number" then value = tonumber(value) end
    options[name] = value
  end
end

--- The training and the test set.
local function load_data()
  local datasets = torchvision.datasets
  if options.data == "digits" then
    return datasets.Digits{train = true}, datasets.Digits{train = false}
  end
  return datasets.FashionMNIST{root = options.root, train = true},
    datasets.FashionMNIST{root = options.root, train = false}
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
      local logits = model(x)
      loss = loss + criterion(logits, y):item() * #y
      correct = correct + logits:argmax(2):eq(y):sum():item()
      n = n + #y
    end
  end)
  return correct / n, loss / n
end

parse(arg)
torch.manual_seed(options.seed)

local train_set, test_set = load_data()
local train_loader = DataLoader(train_set, {batch_size = options["batch-size"], shuffle = true})
local test_loader = DataLoader(test_set, {batch_size = 1000})
print(("%d training images, %d test images"):format(#train_set, #test_set))

local _, height, width = table.unpack(train_set.data.shape)
local model = new_model(height * width)
local criterion = nn.CrossEntropyLoss()
local optimizer = optim.Adam(model:parameters(), {lr = options.lr})
print(model)

local curve = gnuplot.live{title = "loss", file = options.out .. "/loss.png"}
local step = 0

for epoch = 1, options.epochs do
  model:train()
  local correct, seen = 0, 0
  local bar = torch.utils.progress(train_loader, {desc = ("epoch %d/%d"):format(epoch, options.epochs)})
  for x, y in bar do
    optimizer:zero_grad()
    local logits = model(x)
    local loss = criterion(logits, y)
    loss:backward()
    optimizer:step()

    step = step + 1
    correct = correct + logits:argmax(2):eq(y):sum():item()
    seen = seen + #y
    curve:add("train", step, loss:item())
    bar:set{loss = loss:item(), acc = ("%.1f %%"):format(100 * correct / seen)}
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
local reloaded = new_model(height * width)
reloaded:load_state_dict(torch.load(path))

local before, after = evaluate(model, test_loader, criterion), evaluate(reloaded, test_loader, criterion)
print(("saved %s; test accuracy of the model %.2f %%, reloaded %.2f %%"):format(path,
  100 * before, 100 * after))
assert(before == after, "the reloaded model differs")
