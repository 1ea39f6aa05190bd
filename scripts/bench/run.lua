-- Measures Hecate, and PyTorch doing the same work in the same run where python3 has it.
-- usage: hecate scripts/bench/run.lua [PYTHON]      (default: /usr/bin/python3)
-- Both sides run with two threads and OPENBLAS_CORETYPE unset, in turn (A B A B …); the table
-- gives medians and the ratio.
local here = arg[0]:match "^(.*)/[^/]*$" or "."
local ROUNDS = 5

if arg[1] == "--work" then -- one round of one side: prints name=value lines
  local clock = require("torch.utils.terminal.c").now
  local function time(name, n, f)
    for _ = 1, math.max(3, n // 20) do f() end
    local start = clock()
    for _ = 1, n do f() end
    print(("%s=%.9g"):format(name, (clock() - start) / n))
  end
  local a4, b4 = torch.ones(4, 4), torch.ones(4, 4)
  local add = torch.add
  time("add 4×4", 300000, function() return add(a4, b4) end)
  local model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
  local criterion, opt = nn.CrossEntropyLoss(), optim.Adam(model:parameters(), {lr = 1e-3})
  local x, y = torch.rand(64, 784), torch.randint(1, 11, {64})
  time("training step", 1500, function()
    opt:zero_grad()
    criterion(model(x), y):backward()
    opt:step()
  end)
  local m, n = torch.rand(1024, 1024), torch.rand(1024, 1024)
  time("matmul 1024²", 30, function() return torch.matmul(m, n) end)
  local u, v = torch.rand(1000000), torch.rand(1000000)
  time("add 1 M", 300, function() return torch.add(u, v) end)
  time("exp 1 M", 300, function() return torch.exp(u) end)
  time("sum 1 M", 300, function() return torch.sum(u) end)
  return
end

local function command(line)
  local values = {}
  local p = io.popen("env -u OPENBLAS_CORETYPE OMP_NUM_THREADS=2 " .. line .. " 2>/dev/null")
  for name, value in p:read("a"):gmatch "([^\n=]+)=([%d.e+-]+)" do values[name] = tonumber(value) end
  p:close()
  return values
end

local function median(list)
  table.sort(list)
  return #list > 0 and list[(#list + 1) // 2] or nil
end

local python = arg[1] or "/usr/bin/python3"
local hecate = os.getenv("HECATE_BIN") or "/proc/" .. (io.open("/proc/self/stat"):read "n") .. "/exe"
local sides = {hecate = {}, peer = {}, bare = {}}
local gemm = os.tmpname()
local compiled = os.execute(("cc -O2 %s/gemm.c -o %s -I/usr/include/x86_64-linux-gnu/openblas-openmp -L/usr/lib/x86_64-linux-gnu/openblas-openmp -lopenblas 2>/dev/null"):format(here, gemm))
local names = {"add 4×4", "training step", "matmul 1024²", "add 1 M", "exp 1 M", "sum 1 M"}
for round = 1, ROUNDS do
  for side, line in pairs {hecate = hecate .. " " .. here .. "/run.lua --work", peer = python .. " " .. here .. "/peer.py",
    bare = compiled and gemm or "false"} do
    for name, value in pairs(command(line)) do
      sides[side][name] = sides[side][name] or {}
      table.insert(sides[side][name], value)
    end
  end
end
os.remove(gemm)
print(("%-16s %14s %14s %10s"):format("work", "Hecate", "PyTorch", "ratio"))
for _, name in ipairs(names) do
  local h, p = median(sides.hecate[name] or {}), median(sides.peer[name] or {})
  print(("%-16s %11.2f µs %11s µs %10s"):format(name, (h or 0) * 1e6, p and ("%.2f"):format(p * 1e6) or "-", p and ("%.2f"):format(p / h) or "-"))
end
local h, b = median(sides.hecate["matmul 1024²"] or {}), median(sides.bare["matmul 1024²"] or {})
if b then print(("bare cblas_sgemm 1024²: %.2f µs; Hecate reaches %.1f %% of it"):format(b * 1e6, 100 * b / h)) end
