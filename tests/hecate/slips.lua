-- Slips of those who come from PyTorch, Torch7, NumPy, Python or C: a program, and what is told of it behind the name
-- of its file. tests/hecate/slips_spec.lua runs them.
return {
  {"import torch", "1: syntax error near 'torch'; Lua has no import: torch, nn, F and optim are there already"},
  {"from torch import nn",
    "1: syntax error near 'torch'; Lua has no import: torch, nn, F and optim are there already"},
  {"import numpy as np", "1: syntax error near 'numpy'; tensors do what NumPy does: torch.zeros(2, 3)"},
  {[[
def f(x):
  return x]],
    "1: syntax error near 'f'; write function f(x) … end"},
  {[[
class Net(nn.Module):
  pass]],
    "1: syntax error near 'Net'; write local Net = torch.class(\"Net\", nn.Module)"},
  {"f = lambda x: x + 1", "1: function arguments expected near '+'; write function(x) return x + 1 end"},
  {[[
local a = 1
a += 1]],
    "2: syntax error near '+'; write a = a + 1, or a:add_(1) for tensors"},
  {"if a != 1 then end", "1: 'then' expected near '!'; write ~= for !="},
  {[[
// a comment
x = 1]],
    "1: unexpected symbol near '//'; comments begin with --"},
  {[[
# first line ok
# second]],
    "2: unexpected symbol near '#'; comments begin with --"},
  {[[
local x = torch.ones(2,2)
print(x[1,2])]],
    "2: ']' expected near ','; write x[{1,2}]"},
  {[[
local x = torch.ones(2,2)
print(x[1:2])]],
    "2: ']' expected near ':'; write x[{{1, 2}}]; positions count from 1, the last one is taken too"},
  {[[
local x = torch.ones(2,2)
print(x[:, 1])]],
    "2: unexpected symbol near ':'; write x[{{}, 1}]"},
  {[[
local x = torch.ones(2,2)
y = x @ x]],
    "2: unexpected symbol near '@'; write x:mm(x) for the product of matrices"},
  {"x = nn.Linear(3, 4, bias=False)",
    "1: ')' expected near '='; arguments by name stand in one table at the end: (3, 4, {bias = …})"},
  {"x = torch.ones(3):sum(dim=1)", "1: ')' expected near '='; arguments by name stand in one table: ({dim = …})"},
  {[[
for i in range(10):
  print(i)]],
    "3: 'do' expected near <eof>; write for i = 1, 10 do … end"},
  {[[
for x, y in loader:
  print(x)]],
    "3: 'do' expected near <eof>; write for x, y in loader:iter() do … end"},
  {[[
if x == 1:
  print(1)]],
    "1: 'then' expected near ':'; write if x == 1 then … end"},
  {"x = [1, 2, 3]", "1: unexpected symbol near '['; lists stand in braces: {1, 2, 3}"},
  {"x = {\"a\": 1}", "1: '}' expected near ':'; write {[\"a\"] = …}, or {name = …}"},
  {"x = 2 ** 3", "1: unexpected symbol near '*'; write ^ for **"},
  {"x = y if z else w", "1: 'then' expected near 'else'; write z and y or w"},
  {[[
with torch.no_grad():
  y = 1]],
    "1: syntax error near 'torch'; write torch.no_grad(function() … end)"},
  {[[
try:
  x = 1]],
    "2: function arguments expected near '='; write local ok, message = pcall(function() … end)"},
  {"print \"hello\", x", "1: syntax error near ','; write print(\"hello\", x)"},
  {"raise ValueError(\"x\")", "1: syntax error near 'ValueError'; write error(\"x\")"},
  {[[
while true do
  continue
end]],
    "3: syntax error near 'end'; write goto continue, and ::continue:: before the end of the loop"},
  {"x = a && b", "1: unexpected symbol near '&'; write and for &&"},
  {"i++", "1: syntax error near '+'; write i = i + 1"},
  {"int x = 3", "1: syntax error near 'x'; write local x = 3"},
  {"x = cond ? 1 : 2", "1: unexpected symbol near '?'; write cond and 1 or 2"},
  {"let x = 3", "1: syntax error near 'x'; write local x = 3"},
  {[[
x = None
if x is None then end]],
    "2: 'then' expected near 'is'; write == nil for is None"},
  {"elif x == 1:", "1: syntax error near 'x'; write elseif … then"},
  {[[
function f(x) {
  return x
}]],
    "1: unexpected symbol near '{'; write function f(x) … end"},
  {"x: int = 3", "1: function arguments expected near '='; variables have no types: write local x = 3"},
  {[[
@torch.no_grad()
def f(x): pass]],
    "1: unexpected symbol near '@'; Lua has no decorators; write torch.no_grad(function() … end)"},
  {"x = 1_000", "1: malformed number near '1_'; write 1000 without _"},
  {"\"\"\"doc\"\"\"", "1: unexpected symbol near '\"\"'; texts of several lines stand in [[ … ]]"},
  {"del x", "1: syntax error near 'x'; write x = nil"},
  {"assert x == 1, \"no\"", "1: syntax error near 'x'; write assert(x == 1, \"message\")"},
  {"new Net(3)", "1: syntax error near 'Net'; write Net(…) without new"},
  {[[
for (int i = 0; i < 3; i++) {
}]],
    "1: <name> expected near '('; write for i = 1, n do … end"},
  {"return [i for i in x]", "1: unexpected symbol near '['; write a loop: for i, x in ipairs(list) do … end"},
  {"x = a = 3", "1: unexpected symbol near '='; write a = 3; x = a"},
  {"x //= 2", "1: syntax error near '//'; write x = x // (2)"},
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
    "2: attempt to index a nil value (field 'wieght'); did you mean 'weight'?"},
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
    "2: nn.CrossEntropyLoss: 'target' (argument 2): expected the shape of 'input' (3×3), got float32 (4)"},
  {"local crit = nn.ClassNLLCriterion()", "1: nn.ClassNLLCriterion: write nn.NLLLoss()"},
  {"optim.sgd(function() end, torch.ones(1), {})",
    "1: optim.sgd: write opt = optim.SGD(net:parameters(), {lr = 0.01}), then opt:step() after loss:backward()"},
}
