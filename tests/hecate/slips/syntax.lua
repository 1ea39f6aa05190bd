-- Slips of those who come from PyTorch, Torch7, NumPy, Python or C: a program, and what is told of it behind the name
-- of its file. tests/hecate/slips_spec.lua runs them. These are no programs of Lua.
return {
  {"import torch", "1: syntax error near 'torch'; Lua has no import: torch, nn, F and optim are there already"},
  {"from torch import nn",
    "1: syntax error near 'torch'; Lua has no import: torch, nn, F and optim are there already"},
  {"x = torch.zeros((2, 3))", "1: ')' expected near ','; write torch.zeros(2, 3)"},
  {"local x = 5 if x == 5: print(x)", "1: 'then' expected near ':'; write if x == 5 then … end"},
  {[[
local x = torch.rand(3)
assert x:sum() > 0, "positive"]],
    "2: syntax error near 'x'; write assert(x:sum() > 0, \"positive\")"},
  {"x := 3", "1: <name> expected near '='; write x = 3"},
  {"local x = torch.rand(3)[0:2]",
    "1: ']' expected near ':'; write (x)[{{1, 2}}]; positions count from 1, the last one is taken too"},
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
    "2: ']' expected near ','; write x[{1, 2}]"},
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
  {"assert x == 1, \"no\"", "1: syntax error near 'x'; write assert(x == 1, \"no\")"},
  {"new Net(3)", "1: syntax error near 'Net'; write Net(…) without new"},
  {[[
for (int i = 0; i < 3; i++) {
}]],
    "1: <name> expected near '('; write for i = 1, n do … end"},
  {"return [i for i in x]", "1: unexpected symbol near '['; write a loop: for i, x in ipairs(list) do … end"},
  {"x = a = 3", "1: unexpected symbol near '='; write a = 3; x = a"},
  {"x //= 2", "1: syntax error near '//'; write x = x // (2)"},
  {"import matplotlib.pyplot as plt", "1: syntax error near 'matplotlib'; write gnuplot.plot(y)"},
  {"x = torch.randn(3, requires_grad=True)",
    "1: ')' expected near '='; arguments by name stand in one table at the end: (3, {requires_grad = …})"},
  {"device = \"cuda\" if torch.cuda.is_available() else \"cpu\"",
    "1: 'then' expected near 'else'; write torch.cuda.is_available() and \"cuda\" or \"cpu\""},
  {"opt = optim.Adam(nn.Linear(1, 1):parameters(), lr=1e-3)",
    "1: ')' expected near '='; arguments by name stand in one table at the end: f(x, {lr = …})"},
  {"for i = 1 to 10 do print(i) end", "1: ',' expected near 'to'; write for i = 1, 10 do … end"},
  {[[
local x = torch.arange(10)
print(x[2:5])]],
    "2: ']' expected near ':'; write x[{{2, 5}}]; positions count from 1, the last one is taken too"},
  {"if not torch.cuda.is_available(): print(\"no gpu\")",
    "2: 'then' expected near <eof>; write if not torch.cuda.is_available() then … end"},
  {[[
x = 5;
x =+ 1
y = x === 5]],
    "2: unexpected symbol near '+'; write x = x + 1"},
  {[[
local function f(x)
  return x + 1
}]],
    "3: 'end' expected (to close 'function' at line 1) near '}'"},
  {"switch (x) { case 1: break; }", "1: '}' expected near '1'; write if … then … elseif … then … end"},
  {"local d = {\"lr\": 0.1}", "1: '}' expected near ':'; write {[\"lr\"] = …}, or {name = …}"},
  {"function sum(a, b): return a + b end", "1: unexpected symbol near ':'; write function sum(a, b) … end"},
  {"a = [1 2; 3 4]", "1: unexpected symbol near '['; lists stand in braces: {1, 2, 3}"},
  {"x = torch.linspace(0, 1, 5)'", "1: unfinished string near '''; write x:t() for x'"},
  {"y = x.^2", "1: <name> expected near '^'; write ^, which is element by element"},
  {"if x ~== y then end", "1: unexpected symbol near '='; write ~= for ~=="},
  {[[
local x = torch.ones(2, 3)
assert x.shape == {2, 3}]],
    "2: syntax error near 'x'; write assert(x.shape == {2, 3})"},
  {"from torch.utils.data import DataLoader",
    "1: syntax error near 'torch'; Lua has no import: torch, nn, F and optim are there already"},
  {"local x = torch.tensor([1, 2, 3])", "1: unexpected symbol near '['; lists stand in braces: {1, 2, 3}"},
  {"x = 3 if true else 4", "1: 'then' expected near 'else'; write true and 3 or 4"},
  {"for i, (x, y) in enumerate(loader) do print(i) end",
    "1: <name> expected near '('; write for i, x, y in loader:enumerate() do … end"},
  {"for i, (x, y) in enumerate(loader):\n  print(i)",
    "1: <name> expected near '('; write for i, x, y in loader:enumerate() do … end"},
  {"for (x, y) in pairs_of_it do print(x) end", "1: <name> expected near '('; write for x, y in … do … end"},
}
