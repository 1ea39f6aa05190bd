-- graphs.lua: what modes, traced graphs and fusion cost and bring: medians of processor time, with one thread.
-- usage: hecate scripts/bench/graphs.lua; scripts/bench/graphs.py has the numbers of PyTorch.
torch.set_num_threads(1)

--- The median of so many runs of f, in microseconds; each run is `loops` calls.
local function median(runs, loops, f)
  local times = {}
  for i = 1, runs + 2 do
    collectgarbage()
    local start = os.clock()
    for _ = 1, loops do f() end
    times[i] = (os.clock() - start) / loops * 1e6
  end
  times = table.move(times, 3, #times, 1, {}) -- the first ones warm up
  table.sort(times)
  return times[#times // 2 + 1]
end

local function say(what, us) print(("%-52s %12.2f µs"):format(what, us)) end

-- ---- a small call under each mode ------------------------------------------------------------------

local a, b = torch.rand(4, 4), torch.rand(4, 4)
local function small() return a:add(b) end
say("add of 4×4", median(15, 20000, small))
torch.autocast("cpu", {enabled = true}, function() say("  under autocast", median(15, 20000, small)) end)
torch.autograd.detect_anomaly(function() say("  under anomaly mode", median(15, 20000, small)) end)
local mode = torch._C.profile_enter {}
say("  under a profile of totals", median(15, 20000, small))
torch._C.profile_leave(mode)

-- ---- LeNet ------------------------------------------------------------------------------------------

local net = nn.Sequential(nn.Conv2d(1, 6, 5, {padding = 2}), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5),
  nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
  nn.Linear(84, 10))
for _, n in ipairs {1, 64} do
  local x = torch.rand(n, 1, 28, 28)
  local loops, traced = n == 1 and 200 or 5, torch.jit.trace(net, x)
  torch.no_grad(function()
    say(("LeNet, %d images, called"):format(n), median(15, loops, function() return net(x) end))
    say(("LeNet, %d images, traced"):format(n), median(15, loops, function() return traced(x) end))
  end)
end

-- ---- fusion -------------------------------------------------------------------------------------------

local function chain(x, y) return ((x * 2 + 1):exp() * y):sqrt() end
local fused = torch.fused(chain)
for _, n in ipairs {2048, 100000, 10000000} do
  local loops = math.max(1, 2000000 // n)
  local x, y = torch.rand(n), torch.rand(n)
  say(("chain of %d, op by op"):format(n), median(9, loops, function() return chain(x, y) end))
  say(("chain of %d, fused"):format(n), median(9, loops, function() return fused(x, y) end))
  local traced = torch.jit.trace(chain, {x, y}, {check_trace = false})
  say(("chain of %d, traced"):format(n), median(9, loops, function() return traced(x, y) end))
  x:requires_grad_(true)
  y:requires_grad_(true)
  local seed = torch.rand(n)
  say(("with gradients, op by op"), median(9, loops, function() chain(x, y):backward(seed) end))
  say(("with gradients, fused"), median(9, loops, function() fused(x, y):backward(seed) end))
  say(("with gradients, traced"), median(9, loops, function() traced(x, y):backward(seed) end))
end
