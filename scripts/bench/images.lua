--- Images a second: decoding of files beside torchvision and Pillow.
--
--     hecate scripts/bench/images.lua [FOLDER]
--
-- FOLDER holds .jpg and .png files; without one, files of noise and gradients are made, of 500×375 pixels as
-- photographs of data sets have them. One thread; the best of five turns through all files of a kind. The peers are in
-- images.py, by the Python that BENCH_PYTHON names (python3): what it does not have is left out.
local vision = require "torchvision.io"
local clock = require("torch.utils.terminal").now

local TURNS <const>, FILES <const> = 5, 20
local directory = arg[0]:match "^(.*)/[^/]*$" or "."

local picture = dofile(directory .. "/picture.lua")

local folder = arg[1]
if not folder then
  folder = os.tmpname()
  os.remove(folder)
  os.execute("mkdir " .. folder)
  torch.manual_seed(1)
  for i = 1, FILES do
    local image = picture(375, 500)
    vision.write_jpeg(image, ("%s/%02d.jpg"):format(folder, i), 90)
    if i <= FILES // 4 then vision.write_png(image, ("%s/%02d.png"):format(folder, i)) end
  end
end

local function paths(ending)
  local list = {}
  for _, name in ipairs(torch._C.folder(folder)) do
    if name:sub(-#ending) == ending then list[#list + 1] = folder .. "/" .. name end
  end
  return list
end

--- Images a second in the fastest turn.
local function rate(list, read)
  local best = math.huge
  for _ = 1, TURNS do
    local start = clock()
    for _, path in ipairs(list) do read(path) end
    best = math.min(best, clock() - start)
  end
  return #list / best
end

local ours = {}
torch.set_num_threads(1)
for _, kind in ipairs {"jpg", "png"} do
  local list = paths("." .. kind)
  if #list > 0 then
    ours[#ours + 1] = {kind, rate(list, function(path) return vision.read_image(path, "RGB") end)}
    if kind == "jpg" then
      ours[#ours + 1] = {"jpg, at half its size", rate(list, function(path)
        return vision.read_image(path, "RGB", {min_size = 150})
      end)}
    end
  end
end

local peers = {}
local python = os.getenv "BENCH_PYTHON" or "python3"
local command = ("%s '%s/images.py' '%s' %d 2>/dev/null"):format(python, directory, folder, TURNS)
local pipe <close> = assert(io.popen(command))
for line in pipe:lines() do
  local peer, kind, figure = line:match "^(%S+)\t([^\t]+)\t(%S+)$"
  peers[kind] = peers[kind] or {}
  table.insert(peers[kind], {peer, tonumber(figure)})
end
if not arg[1] then os.execute(("rm -r '%s'"):format(folder)) end

print(("%-24s %12s   %s"):format("decoded, images/s", "Hecate", "beside"))
for _, row in ipairs(ours) do
  local words = {}
  for _, peer in ipairs(peers[row[1]] or {}) do
    words[#words + 1] = ("%s %.0f (%.2f x)"):format(peer[1], peer[2], row[2] / peer[2])
  end
  print(("%-24s %12.0f   %s"):format(row[1], row[2], table.concat(words, ", ")))
end
