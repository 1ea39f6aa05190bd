-- What is told of errors: source, shapes, modules, tracebacks, nearest names, %debug.
local torch = require "torch"
local Session = require "hecate.session"

local binary = os.getenv "HECATE_BIN" or "build/hecate"
local folder -- of this run; gone afterwards
local out, s

local capture = dofile("tests/files.lua").capture

local function write(name, text)
  local path = folder .. "/" .. name
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
  return path
end

local function run(...)
  out = {}
  for _, text in ipairs {...} do s:run(text) end
  return (table.concat(out):gsub("\n$", ""))
end

local function contains(text, part)
  assert.is_true(text:find(part, 1, true) ~= nil, ("%q is not in\n%s"):format(part, text))
end

setup(function()
  folder = capture("mktemp -d"):gsub("\n", "")
  if not binary:find "^/" then binary = capture("pwd"):gsub("\n", "") .. "/" .. binary end
end)
teardown(function()
  os.execute("rm -rf " .. folder)
  torch._C.note_places(false)
  s = nil -- with what the last failure holds
end)

before_each(function()
  out = {}
  s = Session.new {env = setmetatable({}, {__index = _G, __lazy = {}}), write = function(text) out[#out + 1] = text end,
    write_error = function(text) out[#out + 1] = text end}
end)

describe("an error", function()
  it("in a line that was just typed is one line", function()
    assert.equal("input[1]:1: boom", run "error('boom')")
    assert.matches("^input%[2%]:1: unexpected symbol near '='$", run "x = = 1")
    assert.equal("interrupted", run "error('interrupted', 0)")
  end)

  it("of any value has a text", function()
    assert.equal("(error object is a table value)", run "error {}")
    assert.equal("(error object is a nil value)", run "error()")
    assert.equal("mine", run "error(setmetatable({}, {__tostring = function() return 'mine' end}))")
    assert.equal("(error object is a table value)", run "error(setmetatable({}, {__tostring = error}))")
  end)

  it("shows the lines around it, the tensors of its line and the callers", function()
    run "function f(x, w)\n  local y = x + 1\n  -- the product of w\n  return y:matmul(w.weight) .. 'w'\nend"
    run "function g()\n  local r = f(torch.zeros(2, 3), {weight = torch.zeros(4, 5)})\n  return r\nend"
    local text = run "r = g()"
    assert.equal([[
input[1]:4: matmul: 'other' (argument 2): inner dimensions differ: (2×3) × (4×5)
  2 |   local y = x + 1
  3 |   -- the product of w
→ 4 |   return y:matmul(w.weight) .. 'w'
  5 | end
  y: float32 (2×3), w.weight: float32 (4×5)
stack traceback:
	input[1]:4: in function 'f'
	input[2]:2: in function 'g'
	input[3]:1: in main chunk]], text)
  end)

  it("in a constructor shows no module that is half made", function()
    run "Net = torch.class('Net', nn.Module) function Net:__init() self.a = nn.Linear(1, 1) self.b = nn.Linear(-1) end"
    local text = run "net = Net()"
    contains(text, "input[1]:1: nn.Linear: 'out_features' (argument 2)")
    assert.is_nil(text:find("  in Net", 1, true))
    assert.is_nil(text:find("(a)", 1, true))
    run "function Net:__init() self.a = nn.Linear(1, 1) end function Net:forward(x) return self.a(x) end net = Net()"
    contains(run "net(torch.ones(2, 2))", "  in Net.a → Linear")
    run "%reset" -- the class stays known, its methods and what they see
  end)

  it("in the input itself shows the tensors it names", function()
    run "a, b = torch.zeros(2, 3), torch.zeros(2, 3)"
    contains(run "c = a:mm(b)", "\n  a: float32 (2×3), b: float32 (2×3)")
    contains(run "local d = a local e = d:mm(d)", "\n  d: float32 (2×3), a: float32 (2×3)")
  end)

  it("in a longer input with a syntax error marks the line", function()
    assert.equal("input[1]:2: unexpected symbol near '='\n  1 | x = 1\n→ 2 | y = = 2\n  3 | z = 3",
      run "x = 1\ny = = 2\nz = 3")
  end)

  it("in a module names the way to it", function()
    run "m = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(9, 2))"
    contains(run "m(torch.zeros(2, 4))", "\n  in Sequential[3] → Linear(in_features=9, out_features=2, bias=true)")
    run "outer = nn.Sequential(nn.Identity and nn.Identity() or nn.ReLU(), nn.Sequential(nn.Tanh(), nn.Linear(3, 1)))"
    contains(run "outer(torch.zeros(2, 4))", "\n  in Sequential[2] → Sequential[2] → Linear(in_features=3")
  end)

  it("in modules of one's own names them by their fields", function()
    run [[
Net = torch.class("Net", nn.Module)
function Net:__init(body) self.body = body self.head = nn.Linear(5, 1) end
function Net:forward(x)
  local y = self.body(x)
  return self.head(y)
end
net = Net(nn.Sequential(nn.Linear(4, 3)))]]
    local text = run "net(torch.zeros(2, 4))"
    contains(text, "\n  y: float32 (2×3)\n  in Net.head → Linear(in_features=5, out_features=1, bias=true)\n")
    contains(run "net(torch.zeros(2, 7))", "\n  in Net.body → Sequential[1] → Linear(in_features=4")
    contains(run "net.body(torch.zeros(2, 7))", "\n  in Sequential[1] → Linear(in_features=4")
    run "net, ans, _1, _2, _3 = nil" -- the class stays known, its methods and what they see
  end)

  it("has no frames of the library unless they are asked for", function()
    run "function f() return torch.utils.data.DataLoader(5) end"
    local short = run "x = f()"
    assert.falsy(short:find "lib/")
    run "%traceback full"
    assert.matches("%[C%]: in", run "x = torch.zeros(2):mm(3)")
    run "%traceback short"
    assert.falsy(run("x = torch.zeros(2):mm(3)"):find("[C]", 1, true))
  end)

  it("of a long recursion stays short", function()
    run "function r(n) if n == 0 then error 'end' end return (r(n - 1)) end"
    local text = run "r(5000)"
    assert.is_true(#text < 3000)
    contains(text, "... 49")
    text = run "function s() return 1 + s() end s()"
    contains(text, "stack overflow")
    assert.is_true(#text < 3000)
    assert.equal("5", run "5")
  end)

  it("in a backward pass shows the line of the forward pass", function()
    run("w = torch.ones(3, {requires_grad = true})", "u = w:exp()", "v = u * u", "u:add_(1)")
    local text = run "v:sum():backward()"
    contains(text, "(in MulBackward, recorded at input[3]:1)")
    contains(text, "\nthe forward pass, input[3]:1\n→ 1 | v = u * u")
  end)
end)

describe("anomaly mode", function()
  teardown(function() torch.autograd.set_detect_anomaly(false) end)

  local function bad()
    local z = torch.zeros(1, {requires_grad = true})
    return (z / z):sum()
  end

  it("makes a NaN in the backward pass an error with its line", function()
    bad():backward()
    torch.autograd.set_detect_anomaly(true)
    assert.is_true(torch.is_anomaly_enabled())
    local ok, message = pcall(function() bad():backward() end)
    torch.autograd.set_detect_anomaly(false)
    assert.is_false(ok)
    assert.matches("backward: DivBackward returned NaN for input 2 %(in DivBackward, " ..
      "recorded at .*errors_spec.lua:%d+%)", message)
    assert.has_error(function() torch.autograd.set_detect_anomaly(1) end)
  end)

  it("has the two forms of a context", function()
    assert.equal(5, torch.autograd.detect_anomaly(function(x) return torch.is_anomaly_enabled() and x end, 5))
    assert.is_false(torch.is_anomaly_enabled())
    assert.is_false((pcall(torch.autograd.detect_anomaly, function() bad():backward() end)))
    assert.is_false(torch.is_anomaly_enabled())
    do
      local _ <close> = torch.autograd.detect_anomaly()
      assert.is_true(torch.is_anomaly_enabled())
    end
    assert.is_false(torch.is_anomaly_enabled())
  end)

  it("leaves correct passes alone", function()
    local x = torch.tensor({1.0, 2.0}, {requires_grad = true})
    torch.autograd.detect_anomaly(function() (x * x):sum():backward() end)
    assert.same({2.0, 4.0}, x.grad:tolist())
  end)
end)

describe("a mistyped name", function()
  it("is told with the nearest one", function()
    run("counter = 5", "local layer = nn.Linear(2, 2)", "config = {rate = 1, nested = {value = 2}}")
    for text, near in pairs {
      ["torch.reluu(1)"] = "relu", ["pritn(1)"] = "print", ["x = countr + 1"] = "counter",
        ["torch.zeros(2):summ()"] = "sum",
      ["t = torch.zeros(2) t:summ()"] = "sum", ["nn.Linearr(2, 2)"] = "Linear", ["config.nestd.value = 1"] = "nested",
      ["layer.wieght:size()"] = "weight", ["('x'):uper()"] = false, ["str = 'x' str:uper()"] = "upper",
        ["string.fromat('x')"] = "format",
      ["zzzzzzqqq()"] = false, ["qq()"] = false, ["F2(1)"] = "F",
    } do
      local message = run(text)
      assert.truthy(message:find "nil value" or message:find "not defined" or message:find "no field")
      if near then assert.matches(("; did you mean '?[%%w.]*%s'?%%?"):format(near), message)
      else assert.falsy(message:find "did you mean") end
    end
  end)

  it("may be that of a local", function()
    run "function f(learning_rate)\n  return learnin_rate * 2\nend"
    contains(run "f(1)", "did you mean 'learning_rate'?")
  end)

  it("runs no __index of the program", function()
    run "hits = 0 p = setmetatable({}, {__index = function() hits = hits + 1 end})"
    run "p.naem()"
    assert.equal("1", run "hits") -- the program's own
  end)
end)

describe("%debug", function()
  before_each(function()
    run "limit = 10"
    run("local up = 1\nfunction inner(a)\n  local b = a .. 'x'\n  up = up\n  error('deep')\nend\n" ..
      "function outer(n)\n  local c = {n}\n  inner(n)\n  return c\nend")
    run "function get() return up end"
    run "x = outer(5)"
  end)

  it("shows the frames and their variables", function()
    contains(run "%debug", "in function 'inner'\n  1 | local up = 1\n")
    assert.equal("debug> ", s:prompt())
    assert.equal("5\t5x\t10", run "a, b, limit")
    contains(run "up", "in function 'outer'")
    assert.equal("5\t{5}\tnil", run "n, c, b")
    assert.equal("c = {5}\nn = 5", run "locals")
    contains(run "where", "\n→ input[2]:9: in function 'outer'\n  input[4]:1: in main chunk")
    contains(run "up 5", "this is the outermost frame")
    contains(run "down 2", "in function 'inner'")
    contains(run "down", "this is the innermost frame")
    run "quit"
    assert.equal("> ", s:prompt())
    assert.equal("nil", run "b or nil")
  end)

  it("sets variables", function()
    run("%debug", "a = 99")
    assert.equal("99", run "a")
    run("limit = 11", "local d = a + 1")
    assert.equal("100", run "d")
    run "quit"
    assert.equal("11\tnil", run "limit, a or nil")
  end)

  it("goes on after an error, and ends with the input", function()
    run "%debug"
    contains(run "a.b.c", "attempt to index a")
    assert.equal("5", run "a")
    assert.is_true(s:leave())
    assert.is_false(s:leave())
  end)

  it("does not keep large tensors alive", function()
    collectgarbage()
    local before = torch._C.memory().bytes
    run("function big() local t = torch.zeros(5000000) error 'x' end", "big()", "%debug")
    assert.equal("5000000", run "t:numel()")
    run("quit", "y = 1")
    collectgarbage()
    collectgarbage()
    assert.is_true(torch._C.memory().bytes - before < 1000000)
  end)
end)

describe("on a terminal", function()
  local has_tmux = os.execute "command -v tmux >/dev/null"
  local in_terminal = needs(has_tmux, "tmux")

  in_terminal("%debug has a prompt of its own, which Ctrl-D leaves", function()
    local socket = folder .. "/socket"
    local function tmux(...)
      return capture(("tmux -S %s -f /dev/null "):format(socket) .. string.format(...) .. " 2>&1")
    end
    local function wait(pattern)
      local text
      for _ = 1, 400 do
        text = tmux "capture-pane -p":gsub("%s+$", "")
        if text:find(pattern) then return text end
        os.execute "sleep 0.05"
      end
      error("the screen does not show " .. pattern .. ":\n" .. text)
    end
    tmux("new-session -d -x 100 -y 40 'HOME=%s HECATE_HISTORY= INPUTRC=/dev/null %s'", folder, binary)
    wait "\n>$"
    tmux [[send-keys "function f(a) local b = a .. '!' error(b) end" Enter "f(1)" Enter "%%debug" Enter]]
    wait "frame\ndebug>$"
    tmux [[send-keys "b" Enter]]
    wait "\n1!\ndebug>$"
    tmux "send-keys C-d"
    wait "debug>%s*\n>$"
    tmux [[send-keys "!tty -s && echo on a terminal" Enter]]
    wait "\non a terminal\n>$"
    tmux "kill-server"
  end)

  in_terminal("a script tells its errors as the session does", function()
    local screen = dofile "tests/screen.lua"
    local text = screen.of(folder,
      "local x = torch.zeros(2, 3)\nlocal function f(a)\n  return a:mm(x)\nend\nlocal y = f(x)\nprint(y)",
      "END", "NO_COLOR=1")
    contains(text, "hecate: script.lua:3: mm: ")
    contains(text, "→ 3 |   return a:mm(x)")
    contains(text, "a: float32 (2×3), x: float32 (2×3)")
    contains(text, "script.lua:5: in main chunk")
    assert.falsy(text:find("[C]", 1, true))
  end)
end)
