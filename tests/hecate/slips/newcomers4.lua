-- More slips of newcomers: a program, and what is told of it behind the name of its file.
return {
  {[[
local net = nn.Linear(4, 2)
local optimizer = optim.SGD(net:parameters(), {lr = 0.1})
for step = 1, 3 do
  optimizer:zero_grad()
  optimizer.step
end]],
    "6: syntax error near 'end'; line 5 calls nothing: write optimizer:step()"},
  {[[
local function main() return 1 end
main]],
    "3: syntax error near <eof>; line 2 calls nothing: write main()"},
  {[[
torch.manual_seed
print(1)]],
    "2: syntax error near 'print'; line 1 calls nothing: write torch.manual_seed()"},
  {[[
local net = nn.Linear(4, 2)
net:eval
print(net(torch.ones(1, 4)))]],
    "3: function arguments expected near 'print'; write net:eval()"},
  {[[
local net = nn.Linear(4, 2)
torch.save({model = net:state_dict, epoch = 3}, "model.pt")]],
    "2: function arguments expected near ','; write net:state_dict()"},
  {[[
local data = torch.utils.data
local set = data.TensorDataset(torch.randn(64, 8), torch.randint(1, 4, {64}))
local loader = data.DataLoader(set, {batch_size = 16})
local net, criterion = nn.Linear(8, 3), nn.CrossEntropyLoss()
for batch in loader:iter() do
  local x, y = batch[1], batch[2]
  print(criterion(net(x), y))
end]],
    "7: nn.CrossEntropyLoss: 'target' (argument 2): expected the shape of 'input' (3), got float32 (8); a loader " ..
    "gives several parts of a batch: write for x, y in loader:iter() do"},
  {[[
local data = torch.utils.data
local loader = data.DataLoader(data.TensorDataset(torch.randn(4, 8), torch.randn(4, 1)), {batch_size = 2})
for batch in loader:iter() do
  local x, y = batch
  print(F.mse_loss(x, y))
end]],
    "5: mse_loss: 'target' (argument 2) is missing; mse_loss(input: Tensor, target: Tensor, *, weight: Tensor = " ..
    "nil, reduction: none|mean|sum = mean) -> Tensor; a loader gives several parts of a batch: write for x, y in " ..
    "loader:iter() do"},
  {[[
local Net = torch.class("Net", nn.Module)
function Net:__init()
  super().__init__()
end
Net()]],
    "3: 'super' is not defined: write Net.super.__init(self, …), or Net.super.forward(self, x)"},
  {[[
local x = torch.arange(10)
print(x:sub(1, 5, 2))]],
    "2: sub: at most 2 arguments, got 4 (the last is the number 2); sub(input: Tensor, other: Tensor, *, alpha: " ..
    "number = 1) -> Tensor; that is x - y; write x[{{first, last}}] for a part"},
  {[[
local x = torch.ones(2, 2)
print(x[:, 0])]],
    "2: unexpected symbol near ':'; write x[{{}, 1}]; positions count from 1"},
  {[[
local x = torch.ones(4, 4)
print(x[0, 1:3])]],
    "2: ']' expected near ','; write x[{1, {2, 3}}]; positions count from 1"},
  {[[
local x = torch.ones(4, 4)
print(x[2:3, :])]],
    "2: ']' expected near ':'; write x[{{2, 3}, {}}]"},
  {[[
local sum = 0
for i = 1:10
  sum = sum + i
end]],
    "2: ',' expected near ':'; write for i = 1, 10 do … end"},
  {[[
for i = 1:10 print(i) end]],
    "1: ',' expected near ':'; write for i = 1, 10 do … end"},
  {[[
for i = 10:-1:1
  print(i)
end]],
    "1: ',' expected near ':'; write for i = 10, 1, -1 do … end"},
  {[[
local x = 5
if x > 10 then
  print("big")
else if x > 3 then
  print("middle")
else
  print("small")
end]],
    "9: 'end' expected (to close 'if' at line 2) near <eof>; write elseif, one word, in line 4"},
  {[[
local function main()
  return square(4)
end
local function square(x) return x * x end
print(main())]],
    "2: 'square' is not defined: it is a local of line 4, which is known below that line only: move it up"},
  {[[
for i = 1, 3 do
  local total = i
end
print(total)]],
    "4: 'total' is not defined: it is a local of line 2, in a block that has ended: write local total before it"},
  {[[
local answer = "42"
if answer > 40 then print("large") end]],
    "2: attempt to compare number with string; write tonumber(text) for the number in a text"},
  {[[
local losses = {}
for step = 1, 3 do losses[step] = torch.rand(1):sum() end
gnuplot.plot(losses)]],
    "3: gnuplot.plot: expected [name,] x [, y] [, style], where x and y are tensors or arrays of numbers; value 3 " ..
    "is float32 (); a list of numbers is needed: write loss:item()"},
  {[[
local curve = gnuplot.live("loss")
curve:add(1, 0.5)]],
    "2: curve:add: 'name' (argument 1): expected a string, got number 1; write curve:add(\"train\", step, value)"},
  {[[
local x, y = torch.randn(10, 4), torch.randint(1, 3, {10})
torch.utils.data.DataLoader(x, y, {batch_size = 5})]],
    "2: DataLoader: 'batch_size' (argument 2): expected a positive integer, got int64 (10); several tensors stand " ..
    "in one data set: TensorDataset(x, y)"},
  {[[
local net = nn.Linear(4, 1)
local function step(x) net(x):sum():backward() end
local total = 0
total = total + step(torch.randn(8, 4))]],
    "4: attempt to perform arithmetic on a nil value; step returns nothing here: it ends with return"},
  {[[
local D = torch.class("D", torch.utils.data.Dataset)
function D:__getitem(i) return torch.ones(1) end
torch.utils.data.DataLoader(D(), {batch_size = 2})]],
    "3: DataLoader: 'dataset' (argument 1): expected a dataset (#d and d[i], or an IterableDataset), got D; its " ..
    "class has the methods __len and __getitem: function D:__len() … end"},
  {[[
local conv = nn.Conv2d(1, 8, 3)
print(conv(torch.randn(16, 28, 28)).shape)]],
    "2: nn.Conv2d: 'input' (argument 1): expected 1 channels as 'weight' (8×1×3×3) has, got 16; write " ..
    "x:unsqueeze(2) for images without a channel, x:permute(1, 4, 2, 3) where channels come last"},
  {[[print("-" * 20)]],
    "1: attempt to mul a 'string' with a 'number'; write (\"-\"):rep(20) for \"-\" * 20"},
  {[[
local x = torch.zeros(3)
table.insert(x, 4)]],
    "2: index: position 4 is out of range for dimension 1 of size 3; a tensor does not grow: write torch.cat({x, y})"},
  {[[
local W, x = torch.randn(3, 4), torch.randn(3)
print(W:mv(x))]],
    "2: mv: 'vec' (argument 2): inner dimensions differ: (3×4) × (3); write x:t():mv(y) for 4 × 3"},
  {[[print(torch.randn(32, 1, 28, 28):view(32, 700))]],
    "1: view: shape (32×700) does not hold 25088 elements; write -1 for the last size, which is then 784"},
  {[[
local net = nn.Linear(2, 1)
print(nn.BCELoss()(net(torch.ones(4, 2)):mul(0):sub(1), torch.ones(4, 1)))]],
    "2: nn.BCELoss: 'input' (argument 1): expected numbers from 0 to 1, got -1; write nn.BCEWithLogitsLoss(), or " ..
    "torch.sigmoid(x) in front"},
  {[[
local net = nn.Linear(2, 2)
for name, p in net:state_dict().items() do print(name) end]],
    "2: attempt to call a nil value (field 'items'); write for key, value in pairs(t) do … end"},
  {[[
local lstm = nn.LSTM(4, 8)
print(nn.Linear(8, 1)(lstm(torch.randn(5, 2, 4))))]],
    "2: nn.Linear: at most 1 arguments are expected, got 2; of a call that gives several results (f(x)) is the first"},
}
