-- Slips as newcomers made them who had not seen the other tables: a program, and what is told of it behind the name of
-- its file. tests/hecate/slips_spec.lua runs them.
return {
  {[[
net = nn.Sequential(nn.Linear(2, 3)) print(net.weight)]],
    "1: nn.Sequential: no field or method 'weight'; its only module is [1]"},
  {[[
x = torch.randn(3, 4); y = x.view(-1)]],
    "1: view: called with a dot; write x:view(…), with a colon"},
  {[[
x = torch.randn(3); print(x.requires_gradd)]],
    "1: tensor: no field or method 'requires_gradd'; did you mean 'requires_grad'?"},
  {[[
net = nn.Linear(2, 2); opt = optim.Adam(net.parameters(), {lr = 0.1})]],
    "1: parameters: called with a dot; write net:parameters(…), with a colon"},
  {[[
net = nn.Linear(2, 2); opt = optim.Adam(net:parameters(), 0.1); opt.zero_grad()]],
    "1: zero_grad: called with a dot; write opt:zero_grad(…), with a colon"},
  {[[
x = torch.rand(4); for v in x do print(v) end]],
    "1: attempt to call a torch.Tensor value (for iterator 'for iterator'); write for i, row in x:iter() "
      .. "do"},
  {[[
x = torch.rand(4); print(f"mean {x:mean()}")]],
    "1: 'f' is not defined: for f\"…\" write (\"…\"):format(x)"},
  {[[
loss = F.mse_loss(torch.rand(3), torch.rand(3)); loss.backward()]],
    "1: backward: called with a dot; write loss:backward(…), with a colon"},
  {[[
net = nn.Linear(2, 2); net.train()]],
    "1: train: called with a dot; write net:train(…), with a colon"},
  {[[
with torch.no_grad():
  print(1)]],
    "1: syntax error near 'torch'; write torch.no_grad(function() … end)"},
  {[[
x = torch.zeros(3)
x[0] = 1]],
    "2: index: 0 is not a position; positions count from 1"},
  {[[
x = torch.randn(2, 3); print(x.shape[0])]],
    "1: torch.Size: 0 is not a position; positions count from 1"},
  {[[
x = torch.randn(2, 3); print(x.shape())]],
    "1: attempt to call a torch.Size value (field 'shape'); x.shape is no function: write it without "
      .. "parentheses"},
  {[[
x = torch.randn(2, 3); y = x.numpy()]],
    "1: tensor: no field or method 'numpy': write x:tolist() for an array of Lua, or stay with the tensor"},
  {[[
x = torch.randn(2, 3).to("cuda:0")]],
    "1: to: 'self' (argument 1): expected a tensor, got the string \"cuda:0\"; methods are called with a "
      .. "colon: x:to(…)"},
  {[[
x = torch.randn(2, 3, requires_grad=True)]],
    "1: ')' expected near '='; arguments by name stand in one table at the end: (2, 3, {requires_grad = "
      .. "…})"},
  {[[
x = torch.randn(2, 3); y = x:relu(x, {inplace = true})]],
    "1: relu: at most 1 arguments, got 2 (the last is a tensor float32 (2×3)); relu(input: Tensor) -> "
      .. "Tensor"},
  {[[
x = torch.arange(10); print(x[2:5])]],
    "1: ']' expected near ':'; write x[{{2, 5}}]; positions count from 1, the last one is taken too"},
  {[[
x = torch.arange(10); print(x[-1:])]],
    "1: ']' expected near ':'; write x[{{-1, -1}}]; positions count from 1, the last one is taken too"},
  {[[
m = nn.Linear(in_features = 2, out_features = 3)]],
    "1: ')' expected near '='; arguments by name stand in one table: ({in_features = 2, out_features = "
      .. "3})"},
  {[[
net = nn.Linear(2, 2); torch.save(net.state_dict(), "m.pt")]],
    "1: state_dict: called with a dot; write net:state_dict(…), with a colon"},
  {[[
net = nn.Linear(2, 2); net.to("cpu")]],
    "1: to: called with a dot; write net:to(…), with a colon"},
  {[[
net = nn.Linear(2,2); for p in net:parameters() do print(p) end]],
    "1: attempt to call a table value (for iterator 'for iterator'); write for i, x in ipairs(list) do, "
      .. "or for key, value in pairs(t) do"},
  {[[
net = nn.Linear(2,2); y = net:forwrad(torch.rand(1, 2))]],
    "1: attempt to call a nil value (method 'forwrad'); did you mean 'forward'?"},
  {[[
x = torch.randn(2, 3); y = x.sum(dim = 1)]],
    "1: ')' expected near '='; arguments by name stand in one table: ({dim = …})"},
  {[[
loader = torch.utils.data.DataLoader({1, 2, 3}, batch_size = 2)]],
    "1: ')' expected near '='; arguments by name stand in one table at the end: ({1, 2, 3}, {batch_size "
      .. "= …})"},
  {[[
x = torch.tensor([1, 2, 3])]],
    "1: unexpected symbol near '['; lists stand in braces: {1, 2, 3}"},
  {[[
x = torch.ones(2)
x *= 2]],
    "2: syntax error near '*'; write x = x * 2, or x:mul_(2) for tensors"},
  {[[
x = torch.ones(2); y = x ** 2]],
    "1: unexpected symbol near '*'; write ^ for **"},
  {[[
assert isinstance(torch.ones(1), torch.Tensor)]],
    "1: syntax error near 'isinstance'; write assert(isinstance(torch.ones(1), torch.Tensor))"},
  {[[
x = torch.DoubleTensor(3, 4):fill(1)]],
    "1: torch.DoubleTensor: write torch.zeros(2, 3, {dtype = \"float64\"})"},
  {[[
net = nn.Sequential():add(nn.Linear(2, 3)):add(nn.Tanh()) print(net:backward(torch.rand(1,2), torch.rand(1,3)))]],
    "1: attempt to call a nil value (method 'add'); write net:append(module)"},
  {[[
require 'xlua'; xlua.progress(1, 10)]],
    "1: module 'xlua' not found: write torch.utils.progress(loader)"},
  {[[
w, dw = nn.Linear(2, 3):getParameters()]],
    "1: attempt to call a nil value (method 'getParameters'); write net:parameters()"},
  {[[
x = torch.rand(3, 4); print(x:nElement(), x:sub(1, 2, 1, 3))]],
    "1: tensor: no field or method 'nElement': write x:numel()"},
  {[[
cmd = torch.CmdLine()]],
    "1: torch.CmdLine: the words behind the script are in arg"},
  {[[
x = torch.linspace(0, 1, 20); gnuplot.plot(x, torch.sin(x), "r-")]],
    "1: gnuplot.plot: 'style': there is no style 'r-': write '-', {color = 'red'}"},
  {[[
x = torch.linspace(0, 1, 20); y = math.sin(x)]],
    "1: bad argument #1 to 'sin' (number expected, got torch.Tensor); write x:sin(), or x:item() for the "
      .. "number of one element"},
  {[[
x = linspace(0, 1, 20)]],
    "1: 'linspace' is not defined; write torch.linspace"},
  {[[
gnuplot.xlable("time")]],
    "1: gnuplot.xlable: not defined; did you mean gnuplot.xlabel?"},
  {[[
x = torch.linspace(0, 1, 20); gnuplot.plot(x, x, {titel = "a"})]],
    "1: gnuplot.plot: unknown option 'titel', did you mean 'label'? (known: style, color, width, dash, "
      .. "point, size, alpha, label, axis, latex, markup)"},
  {[[
a, b = torch.polyfit(torch.rand(3), torch.rand(3), 1)]],
    "1: torch.polyfit: write torch.linalg.lstsq(torch.vander(x, {N = 2}), y:unsqueeze(2))"},
  {[[
x = torch.linspace(0, 1, 20); gnuplot.savefig()]],
    "1: gnuplot.savefig: 'path' (argument 1): expected a string, got nothing"},
  {[[
gnuplot.show()]],
    "1: gnuplot.show: nothing is needed: a plot is drawn when its function is called; "
      .. "gnuplot.savefig(path) keeps it in a file"},
  {[[
import matplotlib.pyplot as plt]],
    "1: syntax error near 'matplotlib'; write gnuplot.plot(y)"},
  {[[
p = nn.Parameter(1.0)]],
    "1: nn.Parameter: 'data' (argument 1): expected a tensor, such as torch.tensor(1.0), got the number "
      .. "1.0"},
  {[[
x = torch.linspace(0, 1, 20); y = 2x + 1]],
    "1: malformed number near '2x'; write 2 * x"},
  {[[
print("a = " + 3)]],
    "1: attempt to add a 'string' with a 'number'; strings are joined by .."},
  {[[
function f(x) retrun x end]],
    "1: syntax error near 'x'; did you mean 'return' for 'retrun'?"},
  {[[
for i = 1, 3 print(i) end]],
    "1: 'do' expected near 'print'"},
  {[[
if x = 3 then print(x) end]],
    "1: 'then' expected near '='; write if x == 3 then … end"},
  {[[
local s = "abc"; print(s[1]:upper())]],
    "1: attempt to index a nil value (field 'integer index'); a string has no items: write s:sub(i, i)"},
  {[[
x = 3; if x == 3 { print(x) }]],
    "1: 'then' expected near '{'; write if x == 3 then … end"},
  {[[
local x = null; print(x)]],
    "1: 'null' is not defined: Lua's word is nil"},
  {[[
fucntion f() end]],
    "1: syntax error near 'f'; did you mean 'function' for 'fucntion'?"},
}
