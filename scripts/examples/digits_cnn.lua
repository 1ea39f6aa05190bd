--- A convolutional network on real handwritten digits (UCI, 1797 pictures of 8 × 8 pixels, part of Hecate).
--
--     hecate scripts/examples/digits_cnn.lua [--epochs N] [--out FILE.png] [--small]
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Trains a convolutional network on handwritten digits.", {
  {"epochs", 20, "passes over the training set"},
  {"out", false, "a picture of the confusion matrix (.png)"},
}, {epochs = 1})
local DataLoader = torch.utils.data.DataLoader

torch.manual_seed(1)
local train_set, test_set = torchvision.datasets.Digits{train = true}, torchvision.datasets.Digits{train = false}

local net = nn.Sequential(
  nn.Conv2d(1, 32, 3, {padding = 1}), nn.BatchNorm2d(32), nn.ReLU(),
  nn.Conv2d(32, 64, 3, {padding = 1}), nn.ReLU(), nn.MaxPool2d(2),
  nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 4 * 4, 10))
local criterion = nn.CrossEntropyLoss()
local optimizer = optim.AdamW(net:parameters(), {lr = 2e-3})
local schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs)

--- All the answers on the test set, and the right ones.
local function answers()
  net:eval()
  local found, right = {}, {}
  torch.no_grad(function()
    for images, labels in DataLoader(test_set, {batch_size = 200}):iter() do
      found[#found + 1], right[#right + 1] = net(images):argmax(2), labels
    end
  end)
  return torch.cat(right), torch.cat(found)
end

for epoch = 1, options.epochs do
  net:train()
  local sum, n = 0, 0
  for images, labels in DataLoader(train_set, {batch_size = 64, shuffle = true}):iter() do
    optimizer:zero_grad()
    local loss = criterion(net(images), labels)
    loss:backward()
    optimizer:step()
    sum, n = sum + loss:item(), n + 1
  end
  schedule:step()
  local right, found = answers()
  print(("epoch %2d: loss %.4f, test accuracy %.2f %%"):format(epoch, sum / n,
    100 * right:eq(found):to("float32"):mean():item()))
end

if options.out then
  local labels = {}
  for digit = 0, 9 do labels[digit + 1] = tostring(digit) end
  gnuplot.pngfigure(options.out)
  local right, found = answers()
  gnuplot.confusion(right, found, {labels = labels})
  gnuplot.close()
end
