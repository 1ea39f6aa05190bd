-- Slips of forty programs by someone who had not seen the other tables, and what was found beside them: a program, and
-- what is told of it behind the name of its file. tests/hecate/slips_spec.lua runs them.
return {
  {[[
local pred, y = torch.tensor({1, 2, 3}), torch.tensor({1, 2, 2})
local correct = (pred == y):sum()]],
    "2: attempt to index a boolean value; == and < give one boolean: write a:eq(b), a:lt(b) to compare "
      .. "element by element"},
  {[[
local out, y = torch.randn(4, 3), torch.tensor({1, 2, 3, 1})
local loss = nn.CrossEntropyLoss(out, y)]],
    "2: nn.CrossEntropyLoss: makes a module, to which tensors are given: nn.CrossEntropyLoss(…)(input, "
      .. "target)"},
  {[[
local net = nn.Linear(3, 2)
local opt = optim.Adam(net.parameters, {lr = 0.1})]],
    "2: optim.Adam: parameters: 'module' (argument 1): expected nn.Module, got nothing; methods are "
      .. "called with a colon: x:parameters(…)"},
  {[[
local w = torch.randn(3, {requires_grad = true})
for i = 1, 2 do
  local loss = (w * w):sum()
  loss:backward()
  w = w - 0.1 * w.grad
end]],
    "5: attempt to perform arithmetic on a nil value (field 'grad'); w = … has made another tensor, "
      .. "without a gradient: write torch.no_grad(function() w:sub_(…) end)"},
  {[[
local w = torch.randn(3, {requires_grad = true})
(w * w):sum():backward()
w:sub_(0.1 * w.grad)]],
    "2: 'w' is not defined; a line that begins with ( goes on with the line before: write ; in front of "
      .. "it"},
  {[[
local w = torch.randn(3, {requires_grad = true})
w.grad:zero_()]],
    "2: attempt to index a nil value (field 'grad'); x.grad is nil until backward() has come to x, a "
      .. "tensor with requires_grad that no op has made"},
  {[[
local out = torch.randn(4, 3)
local loss = F.cross_entropy(out, torch.tensor({1.0, 2.0, 3.0, 1.0}))]],
    "2: cross_entropy: 'target' (argument 2): expected the shape of 'input' (4×3), got float32 (4); "
      .. "classes are integers: write target:long()"},
  {[[
local net = nn.Linear(3, 2)
local x = torch.rand(5, 3, {dtype = torch.float64})
print(net(x))]],
    "3: nn.Linear: 'weight' (argument 2): expected float64 as the first argument is, got float32; the "
      .. "module computes in float32: write x:to(torch.float32)"},
  {[[
local net = nn.Conv2d(3, 8, 3)
local image = torch.randint(0, 256, {1, 3, 32, 32}, {dtype = torch.uint8})
print(net(image))]],
    "3: nn.Conv2d: 'weight' (argument 2): expected uint8 as 'input' is, got float32; the module computes "
      .. "in float32: write x:to(torch.float32) / 255 for bytes of images"},
  {[[
local net = nn.Sequential(nn.Linear(784, 10))
print(net(torch.randn(32, 1, 28, 28)))]],
    "2: nn.Linear: 'input' (argument 1): expected a last dimension of size 784 as 'weight' has, got "
      .. "float32 (32×1×28×28); write x:flatten(2), or nn.Flatten() in front, for 32 × 784"},
  {[[
local net = nn.Conv2d(3, 8, 3)
print(net(torch.randn(10, 32, 32, 3)))]],
    "2: nn.Conv2d: 'input' (argument 1): expected 3 channels as 'weight' (8×3×3×3) has, got 32; channels "
      .. "stand in front of the sizes of an image: write x:permute(1, 4, 2, 3) where they come last"},
  {[[
local ds = torch.utils.data.TensorDataset(torch.randn(10, 3), torch.randn(10))
local loader = torch.utils.data.DataLoader(ds, {batch_size = 2})
for x, y in loader do print(x) end]],
    "3: DataLoader: expected 'for x, y in loader:iter() do': a loader is no iterator, so that loops over "
      .. "it can nest"},
  {[[
local ds = torch.utils.data.TensorDataset(torch.randn(10, 3), torch.randn(10))
local loader = torch.utils.data.DataLoader(ds, {batch_size = 2})
local x, y = next(iter(loader))]],
    "3: 'iter' is not defined: write for x, y in loader:iter() do; loader:iter()() is the first batch"},
  {[[
local D = torch.class("D", torch.utils.data.Dataset)
function D:__len__() return 3 end
function D:__getitem__(i) return torch.ones(1) end
local loader = torch.utils.data.DataLoader(D(), {batch_size = 2})
for x in loader:iter() do print(x) end]],
    "2: D: '__len__' is Python's name; write function D:__len(…)"},
  {[[
local list = {torch.ones(3), torch.ones(4)}
local loader = torch.utils.data.DataLoader(list, {batch_size = 2})
for x in loader:iter() do print(x) end]],
    "3: default_collate: cannot stack item 2 of the batch, float32 (4), with the first, float32 (3); "
      .. "make the items of one size, or write DataLoader(dataset, {collate_fn = …})"},
  {[[
local net = nn.Linear(3, 2)
net:load_state_dict("model.pt")]],
    "2: load_state_dict: 'state_dict' (argument 2): expected a table of tensors, as torch.load(path) "
      .. "gives, got the string \"model.pt\""},
  {[[
local net = nn.Linear(3, 2)
torch.save(net.state_dict, "net.pt")]],
    "2: torch.save: the value: cannot save a function; files hold data only: net:state_dict() gives that "
      .. "of a module"},
  {[[
local x = torch.randn(3, 4)
print(x:mean({axis = 1}))]],
    "2: mean: no argument 'axis'; the arguments are input, dim, keepdim, dtype (did you mean 'dim'?)"},
  {[[
local a, b = torch.ones(2, 2), torch.zeros(2, 2)
print(torch.cat({a, b}, 0))]],
    "2: cat: 'dim' (argument 2): expected a dimension: they count from 1, got the number 0"},
  {[[
local x = torch.rand(3)
print(math.sqrt(x))]],
    "2: bad argument #1 to 'sqrt' (number expected, got torch.Tensor); write x:sqrt(), or x:item() for "
      .. "the number of one element"},
  {[[
local x = torch.tensor(1, 2, 3)]],
    "1: tensor: 'options' (argument 2): expected a table such as {dtype = torch.float64}, got the number "
      .. "2; several numbers stand in braces: torch.tensor({1, 2})"},
  {[[
local conv = nn.Conv2d(1, 10, kernel_size=5)]],
    "1: ')' expected near '='; arguments by name stand in one table at the end: (1, 10, {kernel_size = "
      .. "…})"},
  {[[
local net = nn.Sequential(
  nn.Linear(2, 3)
  nn.ReLU()
)]],
    "3: ')' expected (to close '(' at line 1) near 'nn'; a comma is missing behind line 2"},
  {[[
local A = torch.rand(3, 3)
print(A(1, 2))]],
    "2: attempt to call a torch.Tensor value (local 'A'); write A[i]"},
  {[[
local A = torch.rand(3, 3)
print(A[{:, 1}])]],
    "2: unexpected symbol near ':'; write A[{{}, 1}]"},
  {[[
local A = torch.rand(3, 3)
local B = A']],
    "2: unfinished string near '''; write x:t() for x'"},
  {[[
local A = zeros(3, 3)]],
    "1: 'zeros' is not defined; write torch.zeros"},
  {[[
local x = torch.linspace(0, 1, 10)
plt.plot(x, x)]],
    "2: 'plt' is not defined: write gnuplot.plot(y)"},
  {[[
local x = torch.linspace(0, 1, 10)
gnuplot.plot(x, x, "r--")]],
    "2: gnuplot.plot: 'style': there is no style 'r--': write '-', {color = 'red', dash = '--'}"},
  {[[
gnuplot.plot(torch.arange(1, 10), torch.rand(8))]],
    "1: gnuplot.plot: x and y differ in length: int64 (9) and float32 (8)"},
  {[[
local df = pd.read_csv("data.csv")]],
    "1: 'pd' is not defined: write torch.frame.read_csv(path), or torch.csv.read(path)"},
  {[[
local Net = torch.class("Net", nn.Module)
function Net:__init() self.fc = nn.Linear(2, 2) end
function Net:foward(x) return self.fc(x) end
print(Net()(torch.ones(1, 2)))]],
    "4: Net: the class has no method 'forward'; did you mean 'forward' for 'foward'?"},
  {[[
local Net = torch.class("Net", nn.Module)
function Net:__init() self.fc1 = nn.Linear(2, 2) end
function Net:forward(x) return self.fc2(self.fc1(x)) end
print(Net()(torch.ones(1, 2)))]],
    "3: Net: no field or method 'fc2'; did you mean 'fc1'?"},
  {[[
local fc = Linear(2, 3)]],
    "1: 'Linear' is not defined; write nn.Linear"},
  {[[
local net = nn.Linear(3, 2)
local opt = optim.SGD(net:parameters(), {lr = 0.1})
local s = optim.StepLR(opt, 10)]],
    "3: optim.StepLR: not defined; write optim.lr_scheduler.StepLR"},
  {[[
disp(3)]],
    "1: 'disp' is not defined: write print(x)"},
  {[[
local A = torch.rand(3,3)
fprintf("%d\n", numel(A))]],
    "2: 'fprintf' is not defined: write io.write((\"…\"):format(x))"},
  {[[
local A = torch.rand(3,3)
print(length(A))]],
    "2: 'length' is not defined: write #x"},
  {[[
local A = torch.rand(3,3)
print(size(A, 1))]],
    "2: 'size' is not defined: write x.shape, or x:size(1)"},
  {[[
local b = find({1,0,1})]],
    "1: 'find' is not defined: write x:nonzero() for tensors, s:find(pattern) for strings"},
  {[[
local out = torch.randn(4, 3)
local acc = out:argmax(2) == torch.tensor({1,2,3,1})
print(acc:float():mean())]],
    "3: attempt to index a boolean value (local 'acc'); == and < give one boolean: write a:eq(b), "
      .. "a:lt(b) to compare element by element"},
  {[[
local a, b = torch.rand(2, 3), torch.rand(4, 3)
print(a:mm(b))]],
    "2: mm: 'mat2' (argument 2): inner dimensions differ: (2×3) × (4×3); write x:mm(y:t()) for 2 × 4"},
  {[[
local a, b = torch.rand(2, 3), torch.rand(4, 3)
print(torch.matmul(a, b))]],
    "2: matmul: 'other' (argument 2): inner dimensions differ: (2×3) × (4×3); write x:mm(y:t()) for 2 × 4"},
  {[[
print({1 2 3})]],
    "1: '}' expected near '2'; a comma is missing in front of 2"},
  {[[
local x = torch.randn(3)
x:sum():backward()]],
    "2: backward: the tensor does not require a gradient and has no history; a parameter is made with "
      .. "{requires_grad = true}; detach() and no_grad() cut the history"},
  {[[
local x = torch.randn(3, {requires_grad = true})
local y = x * 2
y:backward()]],
    "3: backward: 'gradient' (argument 1): needed unless the tensor has one element, got float32 (3); "
      .. "write x:sum():backward() or x:mean():backward()"},
  {[[
local e = nn.Embedding(10, 3)
print(e(torch.tensor({1.0, 2.0})))]],
    "2: nn.Embedding: 'input' (argument 1): expected a tensor of positions (int64), got float32 (2); "
      .. "write x:long()"},
  {[[
local ds = torch.utils.data.TensorDataset(torch.randn(10, 3), torch.randn(10))
local loader = torch.utils.data.DataLoader(ds, {batch_size = 2})
print(loader[1])]],
    "3: DataLoader: a loader has no positions: write for x, y in loader:iter() do; loader:iter()() is "
      .. "the first batch, dataset[i] an item"},
  {[[
local net = nn.Linear(3, 2)
local opt = optim.SGD(net:parameters())
opt.lr = 0.1]],
    "3: optim.SGD: 'lr' is an option of the groups of parameters: write opt.param_groups[1].lr = …"},
  {[[
local Net = torch.class("Net", nn.Module)
function Net:init() self.fc = nn.Linear(2, 2) end
function Net:forward(x) return self.fc(x) end
print(Net()(torch.ones(1, 2)))]],
    "3: attempt to call a nil value (field 'fc'); the constructor is function Net:__init(…), not init"},
  {[[
local Net = torch.class("Net", nn.Module)
function Net:__init() self.fc = nn.Linear(2, 2) end
function Net:forward(x) self.fc(x) end
local loss = Net()(torch.ones(1, 2)):sum()]],
    "4: attempt to index a nil value; the call in front of it has returned nothing: a forward ends with "
      .. "return"},
  {[[
local Net = torch.class("Net", nn.Module)
function Net:__init() self.layers = {nn.Linear(2, 2), nn.Linear(2, 2)} end
function Net:forward(x) return self.layers[1](x) end
local net = Net()
print(#net:parameters())
local o = optim.SGD(net:parameters(), {lr = 0.1})]],
    "6: optim.SGD: 'params' (argument 1): the list of parameters is empty; modules in a table of Lua are "
      .. "not found: write nn.ModuleList({…})"},
  {[[
local total = 0
for i = 1, 3 do total += i end]],
    "2: syntax error near '+'; write total = total + i, or total:add_(i) for tensors"},
  {[[
gnuplot.legend({"a", "b"})]],
    "1: gnuplot.legend: 'place' (argument 1): expected a place such as \"upper left\"; the names of curves "
      .. "stand with them: gnuplot.plot(\"name\", x, y)"},
  {[[
local m = nn.Sequential({nn.Linear(1, 2), nn.ReLU})]],
    "1: nn.Sequential: nn.ReLU is a class, not a module: write nn.ReLU()"},
  {[[
local m = nn.Sequential(nn.Linear(1, 2), nn.ReLU)]],
    "1: nn.Sequential: nn.ReLU is a class, not a module: write nn.ReLU()"},
  {[[
local x = torch.randn(8, 3)
local net = nn.Linear(3, 1)
local loss = nn.BCELoss()(net(x), torch.ones(8))]],
    "3: nn.BCELoss: 'target' (argument 2): expected the shape of 'input' (8×1), got float32 (8); write "
      .. "target:reshape(8, 1)"},
  {[[
local rnn = nn.LSTM(4, 8)
local out, h, c = rnn(torch.randn(5, 2, 4))
print(h:size())]],
    "3: attempt to call a nil value (method 'size'); write #t, or t[1]:size() for a tensor in it"},
  {[[
local net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Linear(8, 10))
net(torch.randn(2, 1, 28, 28))]],
    "2: nn.Linear: 'input' (argument 1): expected a last dimension of size 8 as 'weight' has, got "
      .. "float32 (2×8×26×26); nn.Flatten() in front gives 2 × 5408, for nn.Linear(5408, …)"},
  {[[
local x = torch.tensor({{1, 2}, {3, 4}})
print(torch.linalg.inv(x))]],
    "2: linalg.inv: 'A' (argument 1): expected float32, float64, complex64 or complex128, got int64 "
      .. "(2×2); write x:float() for int64"},
  {[[
local total = 0
for i = 1, 10
  total = total + i
end]],
    "3: 'do' expected near 'total'; line 2 ends with do"},
  {[[
local net = nn.Linear(2, 2)
for name, p in ipairs(net:named_parameters()) do print(name) end]],
    "2: attempt to index a function value; what gives an iterator needs no ipairs: for name, x in "
      .. "net:named_parameters() do"},
  {[[
local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 0.1})
opt:zero_grad]],
    "3: function arguments expected near <eof>; write opt:zero_grad()"},
  {[[
local x = torch.randn(3)
x:plot()]],
    "2: tensor: no field or method 'plot': write gnuplot.plot(x)"},
}
