-- transforms.lua: transforms of images: the least of several runs of processor time, in milliseconds, on one thread.
-- usage: hecate scripts/bench/transforms.lua [PYTHON]: beside torchvision where a Python with it is given; its numbers
-- are those of transforms.py, which runs case by case between ours, so that both see the same machine.
local F = torchvision.transforms.v2.functional
torch.set_num_threads(1)
torch.manual_seed(0)

local hd = torch.randint(0, 256, {3, 1080, 1920}):to("uint8")
local floats = hd:float() / 255
local small = torch.randint(0, 256, {3, 224, 224}):to("uint8")
local affine = {angle = 20, translate = {30, -10}, scale = 1.1, shear = {5, 3}}
local function with(extra)
  local given = {}
  for name, value in pairs(affine) do given[name] = value end
  for name, value in pairs(extra) do given[name] = value end
  return given
end

local cases = {
  {"resize uint8 1080p to 224, antialias", function() return F.resize(hd, {224, 224}) end},
  {"resize uint8 1080p to 224, bicubic, antialias", function()
    return F.resize(hd, {224, 224}, {interpolation = "bicubic"})
  end},
  {"resize float 1080p to 224, antialias", function() return F.resize(floats, {224, 224}) end},
  {"resize uint8 224 to 1080p", function() return F.resize(small, {1080, 1920}) end},
  {"gaussian_blur uint8 1080p, 7", function() return F.gaussian_blur(hd, 7, 1.5) end},
  {"gaussian_blur uint8 1080p, 23", function() return F.gaussian_blur(hd, 23, 4) end},
  {"gaussian_blur float 1080p, 7", function() return F.gaussian_blur(floats, 7, 1.5) end},
  {"affine uint8 1080p, bilinear", function() return F.affine(hd, with {interpolation = "bilinear"}) end},
  {"affine uint8 1080p, nearest", function() return F.affine(hd, affine) end},
  {"affine float 1080p, bilinear, fill", function()
    return F.affine(floats, with {interpolation = "bilinear", fill = 0.5})
  end},
  {"rotate uint8 224, bilinear", function() return F.rotate(small, 30, "bilinear") end},
  {"adjust_contrast uint8 1080p", function() return F.adjust_contrast(hd, 1.3) end},
  {"adjust_saturation uint8 1080p", function() return F.adjust_saturation(hd, 1.3) end},
  {"adjust_hue uint8 224", function() return F.adjust_hue(small, 0.1) end},
  {"equalize uint8 224", function() return F.equalize(small) end},
  {"adjust_sharpness uint8 224", function() return F.adjust_sharpness(small, 1.5) end},
  {"to_dtype and normalize 224", function()
    return F.normalize(F.to_dtype(small, "float32", true), {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225})
  end},
}

local function least(f)
  f()
  local best, begin = math.huge, os.clock()
  repeat
    local start = os.clock()
    f()
    best = math.min(best, os.clock() - start)
  until os.clock() - begin > 0.6
  return best * 1e3
end

-- The number of case i in Python; nil without one.
local peer
if arg and arg[1] then
  local folder = arg[0]:match "^(.*/)" or ""
  local fifo = os.tmpname()
  os.remove(fifo)
  os.execute(("mkfifo '%s'"):format(fifo))
  local ask = io.popen(("'%s' '%stransforms.py' > '%s'"):format(arg[1], folder, fifo), "w")
  local answers = io.open(fifo)
  peer = function(i)
    ask:write(i, "\n")
    ask:flush()
    return tonumber(answers:read "l")
  end
  os.remove(fifo)
end

local product, n = 1, 0
for i, case in ipairs(cases) do
  local ours = least(case[2])
  local theirs = peer and peer(i)
  if theirs then
    ours = math.min(ours, least(case[2]))
    product, n = product * theirs / ours, n + 1
  end
  print(("%-48s %9.2f ms%s"):format(case[1], ours, theirs and ("  torchvision %9.2f ms  %5.2f×"):format(theirs,
    theirs / ours) or ""))
end
if n > 0 then print(("geometric mean %.2f×"):format(product ^ (1 / n))) end
