-- More slips of newcomers who had not seen the other tables: a program, and what is told of it behind the name of its
-- file. tests/hecate/slips_spec.lua runs them.
return {
  {[[
net = nn.Linear(2, 3); net.weight.grad.zero_()]],
    "1: attempt to index a nil value (field 'grad'); x.grad is nil until backward() has come to x, a "
      .. "tensor with requires_grad that no op has made"},
  {[[
x = torch.randn(3); x:unsqeeze(1)]],
    "1: tensor: no field or method 'unsqeeze'; did you mean 'unsqueeze'?"},
  {[[
x = torch.randn(3):size()[1]; y = torch.randn(3); print(y.size[1])]],
    "1: attempt to index a function value (field 'size'); size is a method: write y:size()"},
  {[[
a = torch.randn(2, 3); b = torch.randn(2, 3); c = a:mm(b)]],
    "1: mm: 'mat2' (argument 2): inner dimensions differ: (2×3) × (2×3); write x:mm(y:t()) for 2 × 2"},
  {[[
x = torch.zeros(2, 3); x[3][1] = 5]],
    "1: index: position 3 is out of range for dimension 1 of size 2"},
  {[[
crit = nn.CrossEntropyLoss(); l = crit(torch.rand(2, 3), torch.tensor({0, 1}))]],
    "1: nn.CrossEntropyLoss: 'target' (argument 2): 0 is not a class; classes count from 1"},
  {[[
opt = optim.Adam(nn.Linear(1, 1))]],
    "1: optim.Adam: 'params' (argument 1): expected an array of tensors or of groups, as "
      .. "net:parameters(), got nn.Linear"},
  {[[
opt = optim.SGD(nn.Linear(1, 1):parameters(), lr = 0.1)]],
    "1: ')' expected near '='; arguments by name stand in one table at the end: f(x, {lr = …})"},
  {[[
x = torch.tensor({{1, 2}, {3}})]],
    "1: tensor: 'data' (argument 1): the tables of level 2 differ in length or mix numbers and tables"},
  {[[
x = torch.arange(5); print(x[5:])]],
    "1: ']' expected near ':'; write x[{{5, -1}}]; positions count from 1, the last one is taken too"},
  {[[
x = torch.rand(2); print(x.detach())]],
    "1: detach: called with a dot; write x:detach(…), with a colon"},
  {[[
x = torch.rand(2); x:backwards()]],
    "1: tensor: no field or method 'backwards'; did you mean 'backward'?"},
  {[[
net = nn.Linear(2, 2); net.cuda()]],
    "1: cuda: called with a dot; write net:cuda(…), with a colon"},
  {[[
print("epoch %d loss %f" % (1, 0.5))]],
    "1: ')' expected near ','; write (\"epoch %d loss %f\"):format(1, 0.5)"},
  {[[
class = torch.class("Net", nn.Modul)]],
    "1: nn.Modul: not defined; did you mean nn.Module?"},
  {[[
Net = torch.class("Net", nn.Module); function Net.__init() self.a = nn.Linear(1, 1) end; n = Net()]],
    "1: 'self' is not defined: it is there in functions with a colon in their names: function "
      .. "Net:forward(x) … end"},
  {[[
Net = torch.class("Net", nn.Module); function Net:__init() end; function Net:foward(x) return x end
Net()(torch.ones(1))]],
    "2: Net: the class has no method 'forward'; did you mean 'forward' for 'foward'?"},
  {[[
x = torch.ones(2, 2); x.shape = {4}]],
    "1: tensor: no attribute 'shape' that can be set; grad, requires_grad and data can"},
  {[[
x = torch.ones(2, 2):float64()]],
    "1: tensor: no field or method 'float64': write x:double(), or x:to(\"float64\")"},
  {[[
x = torch.FloatTensor{1, 2, 3}]],
    "1: torch.FloatTensor: write torch.zeros(2, 3), or torch.tensor({1, 2}) for numbers"},
  {[[
x = torch.Tensor(2, 3):uniform()]],
    "1: torch.Tensor: torch.tensor({1, 2}) makes one of numbers, torch.zeros(2, 3) one of a shape"},
  {[[
m = nn.Sequential(); m:add(nn.SpatialConvolution(1, 6, 5, 5))]],
    "1: nn.SpatialConvolution: write nn.Conv2d(in, out, size)"},
  {[[
y = torch.cdiv(torch.ones(2), torch.ones(2))]],
    "1: torch.cdiv: write a / b"},
  {[[
require "optim"; optim.adam(function() end, torch.ones(1))]],
    "1: optim.adam: write opt = optim.Adam(net:parameters(), {lr = 0.01}), then opt:step() after "
      .. "loss:backward()"},
  {[[
x = torch.linspace(0, 1, 50); gnuplot.plot(x, torch.sin(2 * pi * x))]],
    "1: 'pi' is not defined: write math.pi"},
  {[[
x = torch.linspace(0, 1, 50); gnuplot.plot({"data", x, x ^ 2, "o"})]],
    "1: gnuplot.plot: 'style': there is no style 'o': write '+', {point = 'o'}"},
  {[[
gnuplot.figure(figsize = {8, 6})]],
    "1: ')' expected near '='; arguments by name stand in one table: ({figsize = {8, 6}})"},
  {[[
gnuplot.plot(torch.rand(3), torch.rand(4))]],
    "1: gnuplot.plot: x and y differ in length: float32 (3) and float32 (4)"},
  {[[
p = torch.load("nothere.t7")]],
    "1: torch.load: nothere.t7: No such file or directory"},
  {[[
y = exp(2)]],
    "1: 'exp' is not defined: write math.exp(x), or x:exp() for tensors"},
  {[[
t = torch.tensor(3.0); if t.item() > 2 then print("x") end]],
    "1: item: called with a dot; write t:item(…), with a colon"},
  {[[
for i in 1..10 do print(i) end]],
    "1: malformed number near '1..10'; write for i = 1, 10 do … end"},
  {[[
local x <- 5]],
    "1: <name> expected near '-'; write local x = 5"},
  {[[
print("a" .. nil)]],
    "1: attempt to concatenate a nil value; write tostring(x)"},
  {[[
x = {1, 2, 3}; print(#x.size)]],
    "1: attempt to get length of a nil value (field 'size'); write #t, or t[1]:size() for a tensor in it"},
  {[[
if not x = 3 then print(1) end]],
    "1: 'then' expected near '='; write if x ~= 3 then … end"},
  {[[
local function f(x) return x end
print(f(1)]],
    "3: ')' expected (to close '(' at line 2) near <eof>"},
  {[[
x = "5" + torch.ones(1)]],
    "1: add: 'input' (argument 1): expected a tensor or a number, got the string \"5\"; strings are "
      .. "joined by .."},
  {[[
x = torch.ones(3) print(x[1.5])]],
    "1: index: 'item': expected a position, a range {first, last}, a tensor, \"...\" or \"newaxis\", got "
      .. "the number 1.5"},
  {[[
x = torch.tensor({1, 2, 3}) print(x.sum)
y = x.sum + 1]],
    "2: attempt to perform arithmetic on a function value (field 'sum'); sum is a method: write x:sum()"},
  {[[
for k, v in pairs(nn.Linear(1, 1):state_dict()) do print(k, v.shap) end]],
    "1: tensor: no field or method 'shap'; did you mean 'shape'?"},
}
