--- A classifier of rows of a table: columns standardised, a share kept for the test, the columns that matter named.
--
--     hecate scripts/examples/tabular.lua [--data FILE.csv --target NAME] [--epochs N] [--out FILE.png] [--small]
--
-- The file has a row of names, columns of numbers, and one column with the class (the last one, unless --target names
-- another). Without a file it makes up measurements of three kinds of flowers.
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Learns the class of a row from its other columns.", {
  {"data", false, "the table (.csv)"},
  {"target", false, "the column with the class"},
  {"epochs", 60, "passes over the training rows"},
  {"width", 32, "width of the hidden layers"},
  {"lr", 5e-3, "learning rate of AdamW"},
  {"seed", 1, "seed of all random numbers"},
  {"out", false, "a picture of the loss (.png)"},
}, {epochs = 5})
torch.manual_seed(options.seed)

-- ---- the table --------------------------------------------------------------------------------

--- Names of the columns of numbers, their values (rows, columns), and the class of each row as a text.
local function read(path, target)
  local columns, names = torch.csv.read(path)
  target = target or names[#names]
  if columns[target] == nil then error(("%s: no column '%s'"):format(path, target), 0) end
  local inputs, values = {}, {}
  for _, name in ipairs(names) do
    if name ~= target then
      if not torch.is_tensor(columns[name]) then error(("%s: column '%s' is no number"):format(path, name), 0) end
      inputs[#inputs + 1] = name
      values[#values + 1] = columns[name]:to("float32")
    end
  end
  local classes = columns[target]
  if torch.is_tensor(classes) then classes = classes:tolist() end
  for i, class in ipairs(classes) do classes[i] = tostring(class) end
  return inputs, torch.stack(values, 2), classes
end

--- Three kinds of flowers, whose measurements lie in clouds that touch.
local function make_up()
  local centres = torch.tensor({{5.0, 3.4, 1.5, 0.3}, {5.9, 2.8, 4.3, 1.3}, {6.6, 3.0, 5.6, 2.0}})
  local spread = torch.tensor({0.45, 0.35, 0.4, 0.2})
  local values, classes = {}, {}
  for i = 1, 150 do
    local kind = (i - 1) % 3 + 1
    values[i], classes[i] = centres[kind] + torch.randn(4) * spread, ({"small", "middle", "large"})[kind]
  end
  return {"sepal length", "sepal width", "petal length", "petal width"}, torch.stack(values), classes
end

local names, values, classes
if options.data then names, values, classes = read(options.data, options.target or nil)
else names, values, classes = make_up() end

local labels, label_of = {}, {}
for _, class in ipairs(classes) do
  if not label_of[class] then labels[#labels + 1], label_of[class] = class, true end
end
table.sort(labels)
for i, class in ipairs(labels) do label_of[class] = i end
local targets = {}
for i, class in ipairs(classes) do targets[i] = label_of[class] end
targets = torch.tensor(targets)

-- A quarter of the rows, drawn by chance, is for the test; mean and deviation are those of the other rows.
local order = torch.randperm(#values)
local n_test = #values // 4
local test, train = order:narrow(1, 1, n_test), order:narrow(1, n_test + 1, #values - n_test)
local mean, deviation = values[train]:mean(1), values[train]:std(1):clamp(1e-6)
values = (values - mean) / deviation
print(("%d rows, %d columns, %d classes"):format(#values, #names, #labels))

-- ---- training -----------------------------------------------------------------------------------

local data = torch.utils.data
local loader = data.DataLoader(data.TensorDataset(values[train], targets[train]), {batch_size = 32, shuffle = true})
local net = nn.Sequential(
  nn.Linear(#names, options.width), nn.ReLU(), nn.Dropout(0.2),
  nn.Linear(options.width, options.width), nn.ReLU(), nn.Linear(options.width, #labels))
local criterion = nn.CrossEntropyLoss()
local optimizer = optim.AdamW(net:parameters(), {lr = options.lr})
local schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs)

--- The share of right answers on the test rows.
local function accuracy(x)
  net:eval()
  local right = torch.no_grad(function() return net(x):argmax(2):eq(targets[test]):to("float32"):mean():item() end)
  net:train()
  return right
end

local curve = (options.out or not options.small) and gnuplot.live{title = "loss", file = options.out or nil}
local sum, n
for epoch = 1, options.epochs do
  sum, n = 0, 0
  for x, y in loader:iter() do
    optimizer:zero_grad()
    local loss = criterion(net(x), y)
    loss:backward()
    optimizer:step()
    sum, n = sum + loss:item(), n + 1
  end
  schedule:step()
  if curve then curve:add("train", epoch, sum / n) end
end
if curve then curve:close() end
print(("loss %.4f, test accuracy %.2f %%"):format(sum / n, 100 * accuracy(values[test])))

-- What a column is worth: how much is lost when its values are shuffled among the rows.
local worth = {}
for column, name in ipairs(names) do
  local x = values[test]:clone()
  x:select(2, column):copy_(x:select(2, column)[torch.randperm(#x)])
  worth[column] = {name = name, lost = accuracy(values[test]) - accuracy(x)}
end
table.sort(worth, function(a, b) return a.lost > b.lost end)
for i = 1, math.min(5, #worth) do
  print(("without %-24s %5.1f %% fewer are right"):format(worth[i].name, 100 * worth[i].lost))
end
