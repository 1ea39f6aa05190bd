-- Slips of those who come from PyTorch, Torch7, NumPy, Python or C: a program, and what is told of it behind the name
-- of its file. tests/hecate/slips_spec.lua runs them. These go wrong when they run.
return {
  {[[
local opt = optim.SGD(nn.Linear(1,1):parameters(), {lr = 0.1})
opt.step()]],
    "2: step: called with a dot; write opt:step(…), with a colon"},
  {[[
local x = torch.ones(2, 2)
print(x.mean(1))]],
    "2: mean: called with a dot; write x:mean(…), with a colon"},
  {[[
local net = nn.Sequential(nn.Linear(1,1))
for _, p in ipairs(net.parameters()) do end]],
    "2: parameters: called with a dot; write net:parameters(…), with a colon"},
  {[[
local Net = torch.class("Net", nn.Module)
function Net:__init() self.fc = nn.Linear(1, 1) end
function Net:forward(x) return self.fc(x):relu() end
local net = Net()
net.forward(torch.ones(1, 1))]],
    "5: forward: called with a dot; write net:forward(…), with a colon"},
  {[[
local loss = torch.tensor(0.3)
print(("%.3f"):format(loss))]],
    "2: bad argument #1 to 'format' (number expected, got torch.Tensor); write x:item() for the number " ..
    "of a tensor of one element"},
  {[[
local loss = torch.tensor(0.3)
print(math.exp(loss))]],
    "2: bad argument #1 to 'exp' (number expected, got torch.Tensor); write x:exp(), or x:item() for the " ..
    "number of one element"},
  {[[
local loss = torch.tensor(0.3)
io.write(loss, "\n")]],
    "2: bad argument #1 to 'write' (string expected, got torch.Tensor); write tostring(x), or x:item() " ..
    "for its number"},
  {[[
local x = torch.ones(2, 3)
print(x:shape())]],
    "2: attempt to call a torch.Size value (method 'shape'); x.shape is no function: write it without " ..
    "parentheses"},
  {[[
local x = torch.ones(2, 3)
print(x.shape())]],
    "2: attempt to call a torch.Size value (field 'shape'); x.shape is no function: write it without " ..
    "parentheses"},
  {[[
local x = torch.ones(2, 3)
print(x.size[1])]],
    "2: attempt to index a function value (field 'size'); size is a method: write x:size()"},
  {[[
local x = torch.ones(2, 3)
print(x.numel * 2)]],
    "2: attempt to perform arithmetic on a function value (field 'numel'); numel is a method: write x:numel()"},
  {[[
local x = torch.ones(2, 3)
print(x(1))]],
    "2: attempt to call a torch.Tensor value (local 'x'); write x[i]"},
  {[[
local list = {}
list.append(3)]],
    "2: attempt to call a nil value (field 'append'); write list[#list + 1] = value, or " ..
    "table.insert(list, value)"},
  {[[
local list = {1,2}
list:append(3)]],
    "2: attempt to call a nil value (method 'append'); write list[#list + 1] = value, or " ..
    "table.insert(list, value)"},
  {[[
local words = "a b c"
print(words.split(" "))]],
    "2: attempt to call a nil value (field 'split'); write for word in s:gmatch \"%S+\" do … end"},
  {"print((\"a b\"):split(\" \"))",
    "1: attempt to call a nil value (method 'split'); write for word in s:gmatch \"%S+\" do … end"},
  {[[
local net = nn.Sequential(nn.Linear(1, 1))
net:fit(1, 2)]],
    "2: attempt to call a nil value (method 'fit'); write the loop: for x, y in loader:iter() do … end"},
  {[[
local net = nn.Sequential(nn.Linear(1, 1))
net:zeroGradParameters()]],
    "2: attempt to call a nil value (method 'zeroGradParameters'); write net:zero_grad()"},
  {[[
local net = nn.Sequential()
net:add(nn.Linear(1, 1))]],
    "2: attempt to call a nil value (method 'add'); write net:append(module)"},
  {[[
local net = nn.Sequential(nn.Linear(1, 1))
net:evaluate()]],
    "2: attempt to call a nil value (method 'evaluate'); write net:eval()"},
  {[[
local opt = optim.SGD(nn.Linear(1,1):parameters(), {lr = 0.1})
opt:zeroGrad()]],
    "2: attempt to call a nil value (method 'zeroGrad'); write opt:zero_grad()"},
  {[[
local x = torch.ones(2, 3)
for row in x do print(row) end]],
    "2: attempt to call a torch.Tensor value (for iterator 'for iterator'); write for i, row in x:iter() do"},
  {[[
local list = {1, 2}
for x in list do print(x) end]],
    "2: attempt to call a table value (for iterator 'for iterator'); write for i, x in ipairs(list) do, " ..
    "or for key, value in pairs(t) do"},
  {"for i in 3 do print(i) end",
    "1: attempt to call a number value (for iterator 'for iterator'); write for i = 1, n do"},
  {[[
local data = torch.utils.data.DataLoader({1, 2})
for x in data do print(x) end]],
    "2: DataLoader: expected 'for x, y in loader:iter() do': a loader is no iterator, so that loops over " ..
    "it can nest"},
  {[[
local n = torch.tensor(3)
for i = 1, n do print(i) end]],
    "2: bad 'for' limit (number expected, got torch.Tensor); write x:item() for the number of a tensor " ..
    "of one element, #x for a length"},
  {"print(\"a\" + 1)", "1: attempt to add a 'string' with a 'number'; strings are joined by .."},
  {"print(\"loss: \" + torch.tensor(1))",
    "1: add: 'input' (argument 1): expected a tensor or a number, got the string \"loss: \"; strings are " ..
    "joined by .."},
  {"local a = {1,2} + {3,4}",
    "1: attempt to perform arithmetic on a table value; lists have no arithmetic: torch.tensor(list) has"},
  {[[
local list = {{1}}
print(list[0][1])]],
    "2: attempt to index a nil value (field 'integer index'); positions count from 1"},
  {"require \"image\"",
    "1: module 'image' not found: Torch7's 'image' is not here; show pictures with gnuplot.imagesc(x)"},
  {"local np = require \"numpy\"", "1: module 'numpy' not found: tensors do what NumPy does: torch.zeros(2, 3)"},
  {"require \"cunn\"", "1: module 'cunn' not found: nothing is needed: net:to(\"cuda\")"},
  {"local x = torch.tensor(f\"loss {1}\")", "1: 'f' is not defined: for f\"…\" write (\"…\"):format(x)"},
  {"print(\"Loss: \" .. {1})", "1: attempt to concatenate a table value; write tostring(x)"},
  {"print(\"ok: \" .. true)", "1: attempt to concatenate a boolean value; write tostring(x)"},
  {[[
local net = nn.Linear(2, 3)
net:backward(torch.ones(1))]],
    "2: attempt to call a nil value (method 'backward'); write loss:backward()"},
  {[[
local x = torch.ones(3)
x[0] = 1]],
    "2: index: 0 is not a position; positions count from 1"},
  {[[
local x = torch.ones(3)
print(x[4])]],
    "2: index: position 4 is out of range for dimension 1 of size 3"},
  {"torch.save(\"model.pt\", nn.Linear(1, 1):state_dict())",
    "1: save: 'path' (argument 2): expected a string, got table; the value comes first: torch.save(value, path)"},
  {"torch.save(nn.Linear(1, 1), \"m.st\")",
    "1: torch.save: the value: cannot save a nn.Linear; save its state_dict(), for files hold data only"},
  {"local s = torch.load(\"nothere.st\")", "1: torch.load: nothere.st: No such file or directory"},
  {[[
local m = nn.Linear(2, 3)
m.wieght:size()]],
    "2: nn.Linear: no field or method 'wieght'; did you mean 'weight'?"},
  {[[
local c = {rate = 1, nested = {value = 2}}
c.nestd.value = 1]],
    "2: attempt to index a nil value (field 'nestd'); did you mean 'nested'?"},
  {"local x = torch.ones(2,3):summ()", "1: tensor: no field or method 'summ'; did you mean 'sum'?"},
  {[[
local x, y = torch.ones(3), torch.ones(3)
if x == y and x > 0 then end]],
    "2: <: needs tensors of one element, got a tensor float32 (3); write x:gt(0) to compare element by element"},
  {[[
local t = torch.randn(3, 4)
local u = t.reshape(4, 3)]],
    "2: reshape: called with a dot; write t:reshape(…), with a colon"},
  {"gnuplot.plot(\"x\", 1)",
    "1: gnuplot.plot: expected [name,] x [, y] [, style], where x and y are tensors or arrays of " ..
    "numbers; value 2 is number 1"},
  {"gnuplot.plt(torch.ones(3))", "1: gnuplot.plt: not defined; did you mean gnuplot.plot?"},
  {[[
local curve = gnuplot.live{terminal="none"}
curve.add("t", 1, 2)]],
    "2: add: called with a dot; write curve:add(…), with a colon"},
  {[[
local crit = nn.CrossEntropyLoss()
crit(torch.ones(3,3), torch.ones(4))]],
    "2: nn.CrossEntropyLoss: 'target' (argument 2): expected the shape of 'input' (3×3), got float32 (4); "
      .. "classes are integers: write target:long()"},
  {"local crit = nn.ClassNLLCriterion()", "1: nn.ClassNLLCriterion: write nn.NLLLoss()"},
  {"optim.sgd(function() end, torch.ones(1), {})",
    "1: optim.sgd: write opt = optim.SGD(net:parameters(), {lr = 0.01}), then opt:step() after loss:backward()"},
  {[[
x = torch.randn(3, 4)
print(x.view(-1, 2))]],
    "2: view: called with a dot; write x:view(…), with a colon"},
  {"net = nn.Sequential(nn.Linear(2, 2), nn.Relu())", "1: nn.Relu: write nn.ReLU"},
  {[[
net = nn.Sequential(nn.Linear(2, 2))
for p in net:parameters() do p:zero_() end]],
    "2: attempt to call a table value (for iterator 'for iterator'); write for i, x in ipairs(list) do, " ..
    "or for key, value in pairs(t) do"},
  {"opt = optim.Adam(nn.Linear(1, 1).parameters(), {lr = 1e-3})",
    "1: parameters: 'module' (argument 1): expected nn.Module, got nothing; methods are called with a " ..
    "colon: x:parameters(…)"},
  {"for epoch in range(10) do print(epoch) end", "1: 'range' is not defined: write for i = 1, n do … end"},
  {"print(f\"epoch {1}: loss {2:.3f}\")", "1: 'f' is not defined: for f\"…\" write (\"…\"):format(x)"},
  {[[
local loss = torch.tensor(1.5)
print("loss: %.3f" % loss)]],
    "2: remainder: 'input' (argument 1): expected a tensor or a number, got the string \"loss: %.3f\"; " ..
    "write (\"%.3f\"):format(x) for \"%.3f\" % x"},
  {[[
local loss = torch.tensor(1.5)
print(string.format("%d", loss))]],
    "2: bad argument #2 to 'format' (number expected, got torch.Tensor); write x:item() for the number " ..
    "of a tensor of one element"},
  {[[
local t = {1, 2, 3}
print(t.length)
print(len(t))]],
    "3: 'len' is not defined: write #x"},
  {[[
local t = {1, 2, 3}
t.push(4)]],
    "2: attempt to call a nil value (field 'push'); write list[#list + 1] = value"},
  {[[
local x = torch.randn(2, 2)
x = x.to("cuda")]],
    "2: to: called with a dot; write x:to(…), with a colon"},
  {[[
local x = torch.randn(2, 2)
local y = x.clone().detach()]],
    "2: clone: called with a dot; write x:clone(…), with a colon"},
  {"local x = torch.randn(2, 2):numpy()",
    "1: tensor: no field or method 'numpy': write x:tolist() for an array of Lua, or stay with the tensor"},
  {"local x = np.zeros(3)", "1: 'np' is not defined: tensors do what NumPy does: torch.zeros(2, 3)"},
  {"local x = torch.FloatTensor(3):fill(0)", "1: torch.FloatTensor: write torch.zeros(2, 3), "
    .. "or torch.tensor({1, 2}) for numbers"},
  {"local m = nn.SpatialConvolution(1, 16, 3, 3)", "1: nn.SpatialConvolution: write nn.Conv2d(in, out, size)"},
  {"local m = nn.Sequential():add(nn.Linear(1, 1))",
    "1: attempt to call a nil value (method 'add'); write net:append(module)"},
  {[[
local m = nn.Sequential()
m:training()]],
    "2: attempt to call a boolean value (method 'training'); write net:train(); net.training tells which it is"},
  {"local crit = nn.MSECriterion()", "1: nn.MSECriterion: write nn.MSELoss()"},
  {[[
local x = torch.ones(3)
x:sqeeze()]],
    "2: tensor: no field or method 'sqeeze'; did you mean 'squeeze'?"},
  {"local x = null", "1: 'null' is not defined: Lua's word is nil"},
  {[[
print(torch.ones(3) == 1 and true)
local x = torch.ones(3)
if (x > 0).all() then end]],
    "3: <: needs tensors of one element, got a tensor float32 (3); write x:gt(0) to compare element by element"},
  {[[
local x = torch.ones(3)
while x.sum() < 3 do end]],
    "2: sum: called with a dot; write x:sum(…), with a colon"},
  {"self.fc = nn.Linear(1, 1)",
    "1: 'self' is not defined: it is the first argument of a method: function Net:forward(x) … end"},
  {[[
local Net = torch.class("Net", nn.Module)
function Net:__init__() self.fc = nn.Linear(1, 1) end
function Net:forward(x) return self.fc(x) end
Net()(torch.ones(1, 1))]],
    "2: Net: '__init__' is Python's name; write function Net:__init(…)"},
  {[[
local ds = torch.utils.data.TensorDataset(torch.ones(4, 1), torch.ones(4))
local loader = torch.utils.data.DataLoader(ds, {batch_size = 2, shufle = true})]],
    "2: DataLoader: unknown option 'shufle', did you mean 'shuffle'? (known: dataset, batch_size, " ..
    "shuffle, sampler, batch_sampler, num_workers, collate_fn, pin_memory, drop_last, timeout, worker_init_fn, " ..
    "multiprocessing_context, generator, prefetch_factor, persistent_workers)"},
  {"local data = torch.load(\"slip.lua\")",
    "1: torch.load: slip.lua: no safetensors file but a text (offset 0); torch.csv.read(path) reads a table, " ..
    "io.lines(path) gives lines"},
  {[[
require 'nn'
local mlp = nn.Sequential()
mlp:add(nn.Linear(10, 25))]],
    "3: attempt to call a nil value (method 'add'); write net:append(module)"},
  {[[
local input = torch.randn(5)
input:resize(5, 1)]],
    "2: tensor: no field or method 'resize': write x:reshape(…)"},
  {"torch.setdefaulttensortype('torch.FloatTensor')",
    "1: torch.setdefaulttensortype: write torch.set_default_dtype(\"float64\")"},
  {[[
local x = torch.rand(5, 5)
print(x:nElement())]],
    "2: tensor: no field or method 'nElement': write x:numel()"},
  {"local cmd = torch.CmdLine()", "1: torch.CmdLine: the words behind the script are in arg"},
  {"local params, grads = nn.Linear(1, 1):getParameters()",
    "1: attempt to call a nil value (method 'getParameters'); write net:parameters()"},
  {"local t = torch.Timer()", "1: torch.Timer: write os.clock() before and after"},
  {[[
require 'optim'
local config = {learningRate = 0.1}
local opt = optim.SGD(nn.Linear(1,1):parameters(), config)]],
    "3: optim.SGD: unknown option 'learningRate', did you mean 'lr'? (known: lr, momentum, dampening, " ..
    "weight_decay, nesterov, maximize, " ..
    "foreach, fused, differentiable)"},
  {"local y = torch.cmul(torch.ones(2), torch.ones(2))", "1: torch.cmul: write a * b"},
  {"local m = nn.LogSoftMax()", "1: nn.LogSoftMax: write nn.LogSoftmax(dim)"},
  {"print('a' & 'b')",
    "1: attempt to perform bitwise operation on a string value (constant 'a'); write and, or for " ..
    "conditions, .. to join strings"},
  {"model = Sequential()", "1: 'Sequential' is not defined; write nn.Sequential"},
  {"model = nn.Sequential(nn.Dense(10))", "1: nn.Dense: write nn.Linear(in_features, out_features)"},
  {[[
local net = nn.Linear(2, 2)
net.train()]],
    "2: train: called with a dot; write net:train(…), with a colon"},
  {[[
local net = nn.Linear(2, 2)
torch.save(net.state_dict(), "m.pt")]],
    "2: state_dict: called with a dot; write net:state_dict(…), with a colon"},
  {[[
local x = torch.ones(2, 3)
local h, w = x.shape
print(h + w)]],
    "3: attempt to perform arithmetic on a torch.Size value (local 'h'); one size is x.shape[1], or x:size(1)"},
  {"loss.backward()", "1: 'loss' is not defined; did you mean 'load'?"},
  {"local loss = F.cross_entropy(torch.ones(2, 3), torch.tensor({0, 1}))",
    "1: cross_entropy: 'target' (argument 2): 0 is not a class; classes count from 1"},
  {"local loss = nn.CrossEntropyLoss(torch.ones(2, 3), torch.tensor({1, 2}))",
    "1: nn.CrossEntropyLoss: makes a module, to which tensors are given: nn.CrossEntropyLoss(…)(input, " ..
    "target)"},
  {[[
local x = torch.ones(3, 3)
print(x[3][4])]],
    "2: index: position 4 is out of range for dimension 1 of size 3"},
  {[[
local x = torch.ones(3)
x.requires_grad_()]],
    "2: requires_grad_: called with a dot; write x:requires_grad_(…), with a colon"},
  {"local x = torch.ones(2):to(cuda)", "1: 'cuda' is not defined: write \"cuda\", a text"},
  {"for k, v in d.items() do print(k) end", "1: 'd' is not defined"},
  {[[
local d = {a = 1}
for k, v in d.items() do print(k) end]],
    "2: attempt to call a nil value (field 'items'); write for key, value in pairs(t) do … end"},
  {[[
local s = "abc"
print(s.upper())]],
    "2: upper: called with a dot; write s:upper(…), with a colon"},
  {[[
local model = nn.Linear(2, 1)
local out = model.forward(torch.ones(1, 2))]],
    "2: forward: called with a dot; write model:forward(…), with a colon"},
  {[[
local x = torch.ones(2, 3)
print(x.shape[0])]],
    "2: torch.Size: 0 is not a position; positions count from 1"},
  {[[
local w = torch.ones(3, {requires_grad = true})
w.grad:zero_()]],
    "2: attempt to index a nil value (field 'grad'); x.grad is nil until backward() has come to x, a tensor with " ..
    "requires_grad that no op has made"},
  {[[
local Net = torch.class("Net", nn.Module)
local net = Net.new(10)]],
    "2: attempt to call a nil value (field 'new'); write Net(…)"},
  {[[
local Net = torch.class("Net", nn.Module)
local net = Net:new(10)]],
    "2: attempt to call a nil value (method 'new'); write Net(…)"},
  {[[
local model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
print(model.fc1(torch.ones(2)))]],
    "2: nn.Sequential: no field or method 'fc1'; its modules are [1] to [2]"},
  {[[
local Net = torch.class("Net", nn.Module)
function Net:__init() self.body, self.head = nn.Linear(2, 3), nn.Linear(3, 1) end
local model = Net()
print(model.classifier.weight)]],
    "4: Net: no field or method 'classifier'; its modules are body, head"},
  {"local x = torch.tensor({1, 2}, {3, 4})",
    "1: tensor: 'options' (argument 2): expected a table such as {dtype = torch.float64}, got a list; several rows " ..
    "stand in one list, {{…}, {…}}"},
  {"optim.SGD(nn.Linear(1, 1), {lr = 0.1})",
    "1: optim.SGD: 'params' (argument 1): expected an array of tensors or of groups, as net:parameters(), " ..
    "got nn.Linear"},
  {"nn.Linear(1, 1):load_state_dict(\"model.pt\")",
    "1: load_state_dict: 'state_dict' (argument 2): expected a table of tensors, as torch.load(path) gives, got the " ..
    "string \"model.pt\""},
  {"torch.save(\"net.pt\", nn.Linear(1, 1))",
    "1: save: 'path' (argument 2): expected a string, got nn.Linear; the value comes first: torch.save(value, path)"},
  {"optim.StepLR(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), 3)",
    "1: optim.StepLR: not defined; write optim.lr_scheduler.StepLR"},
}
