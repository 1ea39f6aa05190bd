-- loader.lua: loaders of data: medians of wall time. usage: hecate scripts/bench/loader.lua [FOLDER [PYTHON]]: the
-- images of FOLDER, which are made where there are none, are read too; with PYTHON loader.py tells the numbers of
-- PyTorch after each of ours.
local data = torch.utils.data
local vision = require "torchvision"
local clock = require "torch.utils.data.process".clock

local function median(runs, f)
  local times = {}
  for i = 1, runs do times[i] = f() end
  table.sort(times)
  return times[#times // 2 + 1]
end

local folder, python = arg[1] or os.tmpname() .. "_images", arg[2]
local directory = arg[0]:match "^(.*)/[^/]*$" or "."

-- A row of the table; `scale`: of the number, `unit`: behind it.
local function say(what, value, scale, unit)
  print(("%-60s %10.3f %s"):format(what, value * (scale or 1e3), unit or "ms"))
  io.stdout:flush()
  if python then os.execute(("'%s' '%s/loader.py' '%s' '%s'"):format(python, directory, folder, what)) end
end

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

say("hand-over of a batch of 64×3×224×224", median(3, function()
  local waits, kept = {}, {} -- what is no longer used is not freed in the measured time
  local loader = data.DataLoader(Made(), {batch_size = 64, num_workers = 1, prefetch_factor = 8})
  local get = loader:iter()
  os.execute "sleep 8" -- all batches are made
  for i = 1, 8 do
    local start = clock()
    kept[i] = get()
    waits[i] = clock() - start
    assert(kept[i].shape[1] == 64)
  end
  table.sort(waits)
  return waits[4]
end))

-- Photographs ---------------------------------------------------------------------------------

local FILES <const> = 512

local picture = dofile((arg[0]:match "^(.*)/[^/]*$" or ".") .. "/picture.lua")

if os.execute(("test -e '%s/class/%d.jpg'"):format(folder, FILES)) == nil then
  os.execute(("mkdir -p '%s/class'"):format(folder))
  for i = 1, FILES do vision.io.write_jpeg(picture(375, 500), ("%s/class/%d.jpg"):format(folder, i), 90) end
end

local T = vision.transforms.v2
local images = vision.datasets.ImageFolder(folder, {transform = T.Compose {T.Resize {224, 224},
  T.RandomHorizontalFlip(), T.ToDtype {dtype = "float32", scale = true},
  T.Normalize {mean = {0.485, 0.456, 0.406}, std = {0.229, 0.224, 0.225}}}})
for _, workers in ipairs {0, 2} do
  torch.set_num_threads(1)
  say(("JPEG 500×375, resize 224, flip, normalise, %d workers"):format(workers), median(5, function()
    local start, n = clock(), 0
    for x in data.DataLoader(images, {batch_size = 64, shuffle = true, num_workers = workers}):iter() do
      n = n + x.shape[1]
    end
    return n / (clock() - start)
  end), 1, "images/s")
end
if not arg[1] then os.execute(("rm -r '%s'"):format(folder)) end
