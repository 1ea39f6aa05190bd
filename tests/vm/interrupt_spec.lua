-- Ctrl-C in whatever takes long: the operation is left soon, and everything is still there. "Soon"
-- is measured in processor time of the interrupted program since the signal, which other work on
-- the machine does not stretch.
local terminal = dofile "tests/terminal.lua"
local bound = os.getenv "ASAN_OPTIONS" and 5 or 0.5 -- seconds; measured: less than 0.1

local folder
setup(function() folder = terminal.capture "mktemp -d" end)
teardown(function() os.execute("rm -rf " .. terminal.quote(folder)) end)

local function read(name)
  local file <close> = io.open(folder .. "/" .. name)
  return file and file:read "a"
end

--- Runs `prepare`, then `work` again and again until SIGINT comes after 0.3 seconds, then
-- `after`. Returns what was printed and the processor seconds between signal and return.
local function interrupted(prepare, work, after)
  local script = ([[
%s
local status = assert(io.open "/proc/self/stat")
local pid = status:read "n"
status:close()
os.execute(("(until test -e started; do sleep 0.05; done; sleep 0.3; cat /proc/%%d/stat >at_signal; kill -INT %%d) " ..
  ">/dev/null 2>&1 &"):format(pid, pid))
local function work() %s end
local good, message = pcall(function()
  assert(io.open("started", "w")):close()
  while true do work() end
end)
local clock = os.clock()
local file = assert(io.open "at_signal")
local user, system = file:read "a":match "%%) %%S %%S+ %%S+ %%S+ %%S+ %%S+ %%S+ %%S+ %%S+ %%S+ %%S+ (%%d+) (%%d+)"
file:close()
print(good, message, clock - (user + system) / 100)
%s
]]):format(prepare, work, after or "")
  local file <close> = assert(io.open(folder .. "/script.lua", "w"))
  file:write(script)
  file:close()
  os.remove(folder .. "/at_signal")
  os.remove(folder .. "/started")
  os.execute(("cd %s && bash -c 'set -m; %s script.lua >output 2>errors & wait $!' 2>/dev/null"):format(
    terminal.quote(folder), terminal.hecate))
  local out = read "output"
  local seconds = out:match "^false\tinterrupted\t(%S+)\n"
  assert(seconds, out .. read "errors")
  return out:match "\n(.*)", tonumber(seconds)
end

describe("Ctrl-C leaves", function()
  for name, case in pairs {
    ["a product of large matrices"] = {"a = torch.rand(2500, 2500, {dtype = 'float64'})", "a:mm(a)"},
    ["a product with a wide matrix"] = {"a, b = torch.rand(256, 7000), torch.rand(7000, 7000)", "a:mm(b)"},
    ["products of a batch"] = {"a = torch.rand(32, 800, 800)", "a:bmm(a)"},
    ["a convolution"] = {"x, w = torch.rand(4, 64, 160, 160), torch.rand(64, 64, 5, 5)", "F.conv2d(x, w)"},
    ["a backward pass"] = {"x, w = torch.rand(4, 32, 128, 128), torch.rand(32, 32, 5, 5, {requires_grad = true})",
      "F.conv2d(x, w):sum():backward()"},
    ["a sort"] = {"x = torch.rand(8000000)", "x:sort()"},
    ["the search for the largest"] = {"x = torch.rand(20000000)", "x:topk(5)"},
    ["running sums"] = {"x = torch.rand(20000, 2000)", "x:cumsum(1)"},
    ["random numbers"] = {"x = torch.zeros(50000000)", "x:normal_()"},
    ["a permutation"] = {"", "torch.randperm(20000000)"},
    ["elementwise operations"] = {"x = torch.rand(50000000)", "x:exp():add(1)"},
    ["a softmax"] = {"x = torch.rand(5000, 5000)", "x:softmax(1)"},
    ["a softmax of one row"] = {"x = torch.rand(50000000)", "x:softmax(1)"},
    ["a list that becomes a tensor"] = {"t = {} for i = 1, 3e6 do t[i] = i end", "torch.tensor(t)"},
    ["a tensor that becomes a list"] = {"x = torch.rand(1000, 3000)", "x:tolist()"},
    ["zeros and ranges"] = {"", "torch.zeros(100000000) torch.arange(20000000)"},
    ["the saving of a file"] = {"x = torch.rand(30000000)", "torch.save({x = x}, 'big')"},
    ["the loading of a file"] = {"torch.save({x = torch.rand(30000000)}, 'big')", "torch.load 'big'"},
    ["a data loader"] = {"d = torch.utils.data.TensorDataset(torch.rand(10000, 100))",
      "for _ in torch.utils.data.DataLoader(d, {batch_size = 10, shuffle = true}):iter() do end"},
    ["a query of a data base"] = pcall(require, "torch.sqlite.library") and
      {"db = torch.sqlite.open(':memory:', 'w')", [[db:query "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL \z
        SELECT i + 1 FROM n WHERE i < 1e10) SELECT sum(i) FROM n"]]} or nil,
    ["a loop of Lua"] = {"", "local i = 0 while true do i = i + 1 end"},
  } do
    it(name, function()
      local _, seconds = interrupted(case[1], case[2])
      assert(seconds < bound, ("it took %.2f s"):format(seconds))
    end)
  end

  it("a wait for another program, and does not go on after it", function()
    local out = interrupted("", "local p = io.popen 'exec sleep 20' p:read 'a'", "print 'kept'")
    assert.equal("kept\n", out)
  end)
end)

describe("after Ctrl-C", function()
  it("a tensor changed in place holds old and new elements, and its version tells", function()
    local out = interrupted("x = torch.zeros(50000000) x:add_(0) version = x._version", "x:add_(1)",
      "print(x._version > version, (x:max() - x:min()):item() <= 1, x.shape[1])")
    assert.equal("true\ttrue\t50000000\n", out)
  end)

  it("a file is the old one or the new one", function()
    local out = interrupted("torch.save({n = 1}, 'kept') x = torch.rand(30000000)",
      "torch.save({n = 2, x = x}, 'kept')", [[
local n = torch.load "kept".n
local left = io.popen("ls kept.* 2>/dev/null | wc -l"):read "n"
print(n == 1 or n == 2, left)]])
    assert.equal("true\t0\n", out)
  end)

  it("a training loop goes on by running it again", function()
    local out = interrupted([[
torch.manual_seed(1)
model = nn.Sequential(nn.Linear(50, 200), nn.Tanh(), nn.Linear(200, 1))
optimizer = optim.Adam(model:parameters(), {lr = 1e-3})
x = torch.randn(2000, 50)
y = x:sum(2, true):tanh()
function train(steps)
  local loss
  for _ = 1, steps do
    optimizer:zero_grad()
    loss = F.mse_loss(model(x), y)
    loss:backward()
    optimizer:step()
  end
  return loss:item()
end
first = train(1)]], "train(1000000)", [[
local last = train(50)
local finite = true
for _, p in ipairs(model:parameters()) do finite = finite and p:isfinite():all():item() end
print(finite, last < first, last == last)]])
    assert.equal("true\ttrue\ttrue\n", out)
  end)

  it("coroutines and closers have run undisturbed", function()
    local out = interrupted([[
closed = 0
local function guard()
  return setmetatable({}, {__close = function() for i = 1, 1000 do closed = closed + 1 end end})
end
function inside() local g <close> = guard() while true do end end]], "coroutine.wrap(inside)()", "print(closed)")
    assert.equal("1000\n", out)
  end)
end)

local in_terminal = needs(terminal.available, "tmux")

describe("Ctrl-C in the session", function()
  local session
  before_each(function() session = terminal.open(folder) end)
  after_each(function() session:close() end)

  in_terminal("may be pressed twice while an error travels", function()
    session:enter "kept = 7"
    session:enter("x = torch.rand(1500, 1500) do " ..
      "local g <close> = setmetatable({}, {__close = function() for i = 1, 5e6 do end end})")
    session:enter "print('wo' .. 'rk') while true do x:mm(x) end end"
    session:wait "\nwork$"
    session:keys("C-c", "C-c", "C-c")
    session:wait "interrupted.*\n>$"
    session:enter "kept, x:size(1)"
    session:wait "\n7%s+1500\n>$"
  end)

  in_terminal("ends os.execute and the loop around it", function()
    session:enter "print('sle' .. 'ep') while true do os.execute 'sleep 20' end"
    session:wait "\nsleep$"
    os.execute "sleep 0.3" -- until the other program is there
    session:keys "C-c"
    session:wait "interrupted.*\n>$"
    session:enter "'still ' .. 'here'"
    session:wait "\nstill here\n>$"
  end)
end)
