--- The work that run.lua measures: hecate work.lua ROW [N] prints name=value lines.
-- peer.py does the same in PyTorch.
local clock = require("torch.utils.terminal").now

local function report(name, value) print(("%s=%.9g"):format(name, value)) end

--- The most memory this process ever held.
local function peak_mib()
  for line in io.lines("/proc/self/status") do
    local kib = line:match("^VmHWM:%s*(%d+)")
    if kib then return kib / 1024 end
  end
  return 0 / 0
end

--- The shortest time of one call, after some to warm up.
local function fastest(calls, work)
  local best = math.huge
  for i = 1, calls + calls // 4 do
    local start = clock()
    work()
    local seconds = clock() - start
    if i > calls // 4 then best = math.min(best, seconds) end
  end
  return best
end

--- Seconds of one call in the fastest of some batches of calls.
local function per_call(calls, batches, work)
  return fastest(batches, function() for _ = 1, calls do work() end end) / calls
end

--- One step of training 784-hidden-10 on the batch x, y, as a function.
local function training_step(hidden, x, y)
  local model = nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))
  local criterion = nn.CrossEntropyLoss()
  local optimizer = optim.Adam(model:parameters(), {lr = 1e-3})
  return function()
    optimizer:zero_grad()
    local loss = criterion(model(x), y)
    loss:backward()
    optimizer:step()
  end
end

local work = {}

function work.start()
  print(torch.rand(3, 3))
  report("mib", peak_mib())
end

function work.add44()
  local a, b = torch.rand(4, 4), torch.rand(4, 4)
  local function batch()
    for _ = 1, 20000 do local r = a:add(b) end -- luacheck: ignore
  end
  report("us", fastest(50, batch) / 20000 * 1e6)
end

function work.step()
  torch.manual_seed(1)
  local once = training_step(128, torch.rand(64, 784), torch.randint(1, 11, {64}))
  report("rate", 1 / per_call(100, 12, once))
end

function work.matmul()
  local a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
  report("gflops", 2 * 1024 ^ 3 / fastest(60, function() return a:matmul(b) end) * 1e-9)
end

function work.elementwise()
  local a, b = torch.rand(1000000), torch.rand(1000000)
  report("add", fastest(400, function() return a:add(b) end) * 1e6)
  report("exp", fastest(400, function() return a:exp() end) * 1e6)
  report("sum", fastest(400, function() return a:sum() end) * 1e6)
end

--- The example as it is; it draws its curve into a file only.
function work.train(epochs, example)
  local directory = os.tmpname()
  os.remove(directory)
  assert(os.execute("mkdir " .. directory))
  arg = {[0] = example, "--epochs", epochs, "--out", directory}
  local start = clock()
  dofile(example)
  report("seconds", clock() - start)
  report("mib", peak_mib())
  os.execute("rm -r " .. directory)
end

--- How much of a training the collector takes. Lua has no clock for it, so: the cycles
-- are counted by an object that dies in each of them, and the price of a cycle is that
-- of a full collection after as many steps as one cycle lasted, with the collector
-- stopped until then.
function work.collector()
  torch.manual_seed(1)
  local train_set = require("torchvision").datasets.FashionMNIST{train = true}
  local loader = torch.utils.data.DataLoader(train_set, {batch_size = 128, shuffle = true})
  local model = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
  local criterion, optimizer = nn.CrossEntropyLoss(), optim.Adam(model:parameters(), {lr = 2e-3})

  local cycles = 0
  local function watch()
    setmetatable({}, {__gc = function() cycles = cycles + 1 watch() end})
  end
  local function epoch(after_step)
    local steps, start = 0, clock()
    for x, y in loader:iter() do
      optimizer:zero_grad()
      local loss = criterion(model(x), y)
      loss:backward()
      optimizer:step()
      steps = steps + 1
      if after_step then after_step(steps) end
    end
    return clock() - start, steps
  end

  epoch()
  watch()
  cycles = 0
  local seconds, steps = epoch()
  local counted = cycles
  local every = math.max(1, steps // math.max(1, counted))
  local spent, collections = 0, 0
  collectgarbage("collect")
  collectgarbage("stop")
  epoch(function(i)
    if i % every ~= 0 then return end
    local start = clock()
    collectgarbage("collect")
    spent, collections = spent + clock() - start, collections + 1
  end)
  collectgarbage("restart")
  report("cycles", counted)
  report("percent", 100 * counted * spent / math.max(1, collections) / seconds)
end

work[arg[1]](table.unpack(arg, 2))
