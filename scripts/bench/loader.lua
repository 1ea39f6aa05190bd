-- loader.lua: loaders of data: medians of wall time. usage: hecate scripts/bench/loader.lua; loader.py has the numbers
-- of PyTorch.
local data = torch.utils.data
local clock = require "torch.utils.data.process".clock

local function median(runs, f)
  local times = {}
  for i = 1, runs do times[i] = f() end
  table.sort(times)
  return times[#times // 2 + 1]
end

local function say(what, ms) print(("%-60s %10.3f ms"):format(what, ms * 1e3)) end

local set = data.TensorDataset(torch.rand(60000, 784), torch.randint(1, 11, {60000}))
say("an epoch of 60,000×784, batch 64, shuffled, in process", median(7, function()
  local start = clock()
  for _ in data.DataLoader(set, {batch_size = 64, shuffle = true}):iter() do end
  return clock() - start
end))

local Made = torch.class("Made", data.Dataset)
function Made:__len() return 512 end
function Made:__getitem(i) return {torch.zeros(3, 224, 224), i} end

say("start of 2 workers to the first batch", median(7, function()
  local start = clock()
  for _ in data.DataLoader(data.TensorDataset(torch.rand(100, 4)), {num_workers = 2}):iter() do
    return clock() - start
  end
end))

say("hand-over of a batch of 64×3×224×224", median(5, function()
  local waits = {}
  local loader = data.DataLoader(Made(), {batch_size = 64, num_workers = 1, prefetch_factor = 8})
  local get = loader:iter()
  os.execute "sleep 3" -- all batches are made
  for i = 1, 8 do
    local start = clock()
    local x = get()
    waits[i] = clock() - start
    assert(x.shape[1] == 64)
  end
  table.sort(waits)
  return waits[4]
end))
