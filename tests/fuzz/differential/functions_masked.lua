--- For tests/fuzz/differential.lua: torch.masked and the windows of torch.signal.
local functions, positions = {}, {}
local f = functions

-- ---- torch.masked --------------------------------------------------------------------------

-- {input, mask =} with a mask of the input's shape, or one that broadcasts, or none.
local function masked(d, least)
  local shape = d:shape(least or 0)
  local list = {d:tensor(shape)}
  if d:chance(85) then
    local narrow = {}
    for i = d:chance(20) and #shape > 0 and 2 or 1, #shape do
      narrow[#narrow + 1] = d:chance(20) and 1 or shape[i]
    end
    list.mask = d:mask(narrow)
  end
  return list, shape
end

local function reduction(extra)
  return function(d)
    local list, shape = masked(d)
    if extra then extra(d, list) end
    if d:chance(60) and #shape > 0 then list.dim = d:chance(50) and d:dims(shape) or d:dim(shape) end
    if d:chance(50) then list.keepdim = d:flag() end
    return list
  end
end
for _, name in ipairs {"sum", "prod", "mean", "amax", "amin", "logsumexp"} do f["masked." .. name] = reduction() end
f["masked.norm"] = reduction(function(d, list)
  list.ord = d:number(d:one {2.0, 1.0, 0.0, 3.0, math.huge, -math.huge})
end)
f["masked.var"] = reduction(function(d, list) list.unbiased = d:flag() end)
f["masked.std"] = f["masked.var"]

local function along(extra)
  return function(d)
    local list, shape = masked(d, 1)
    if extra then extra(d, list) end
    list.dim = d:dim(shape)
    return list
  end
end
for _, name in ipairs {"softmax", "log_softmax", "softmin", "cumsum", "cumprod", "median"} do
  f["masked." .. name] = along()
end
f["masked.normalize"] = along(function(d, list) list.ord = d:number(d:one {2.0, 1.0, 3.0}) end)
for _, name in ipairs {"masked.argmax", "masked.argmin"} do
  f[name] = along(function(d, list)
    list.dtype = {kind = "dtype", value = "int64"} -- without it PyTorch gives positions in the dtype of the input
    list.keepdim = d:flag()
  end)
  positions[name] = {true}
end
f["masked.logaddexp"] = function(d)
  local shape = d:shape()
  return {d:tensor(shape), d:tensor(shape), input_mask = d:chance(70) and d:mask(shape) or nil,
    other_mask = d:chance(70) and d:mask(shape) or nil}
end

-- ---- torch.signal --------------------------------------------------------------------------

local function window(extra)
  return function(d)
    local list = {d:number(d:size(0, 9)), sym = d:flag(), dtype = {kind = "dtype", value = d.dtype}}
    if extra then extra(d, list) end
    return list
  end
end
for _, name in ipairs {"bartlett", "blackman", "cosine", "hamming", "hann", "nuttall"} do
  f["signal.windows." .. name] = window()
end
f["signal.windows.exponential"] = window(function(d, list)
  list.tau = d:number(d:one {0.5, 1.0, 3.0})
  if not list.sym.value and d:chance(50) then list.center = d:number(d:one {0.0, 1.5}) end
end)
f["signal.windows.gaussian"] = window(function(d, list) list.std = d:number(d:one {0.5, 1.0, 2.5}) end)
f["signal.windows.kaiser"] = window(function(d, list) list.beta = d:number(d:one {0.0, 5.0, 12.0}) end)
f["signal.windows.general_hamming"] = window(function(d, list) list.alpha = d:number(d:one {0.5, 0.54, 0.75}) end)
f["signal.windows.general_cosine"] = window(function(d, list)
  list.a = d:list(d:one {{0.46, 0.23, 0.31}, {1.0}, {0.5, 0.5}})
end)

return {functions = functions, positions = positions}
