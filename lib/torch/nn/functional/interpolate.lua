local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"
local resample = require "torch.nn.functional.resample"
local resize = require "torch.nn.functional.resize"
local wide = require "torch.nn.functional.wide"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"size"}, {"scale_factor"},
  {"mode", kind = "string", default = "nearest"}, {"align_corners", kind = "boolean"},
  {"recompute_scale_factor", kind = "boolean"}, {"antialias", kind = "boolean", default = false}}

-- The dimensions that each mode takes, and how it goes along one of them.
local MODES <const> = {nearest = {1, 3}, ["nearest-exact"] = {1, 3}, area = {1, 3}, linear = {1, 1, "linear"},
  bilinear = {2, 2, "linear"}, trilinear = {3, 3, "linear"}, bicubic = {2, 2, "cubic"},
  lanczos = {2, 2, "lanczos"}}

local function check_mode(given, n)
  local mode = MODES[given.mode]
  if not mode then
    options.wrong("interpolate", "mode", 4,
      "one of nearest, nearest-exact, linear, bilinear, bicubic, lanczos, trilinear, area", given.mode)
  end
  if n < mode[1] or n > mode[2] then
    options.wrong("interpolate", "input", 1, ("%s dimensions for mode '%s'"):format(
      mode[1] == mode[2] and mode[1] + 2 or "3 to 5", given.mode), given.input)
  end
  if given.align_corners ~= nil and not mode[3] then
    options.raise(("interpolate: 'align_corners' (argument 5): mode '%s' has none"):format(given.mode))
  end
  if given.antialias and not (mode[3] and mode[1] == 2) then
    options.raise(("interpolate: 'antialias' (argument 7): mode '%s' has none"):format(given.mode))
  elseif given.mode == "lanczos" and not given.antialias then
    options.raise "interpolate: 'antialias' (argument 7): mode 'lanczos' needs antialias = true"
  end
  return mode[3]
end

-- The factors by dimension.
local function factors(given, n)
  local factor, list = given.scale_factor, {}
  for i = 1, n do
    list[i] = type(factor) == "number" and factor or nil
    if type(factor) == "table" and #factor == n then list[i] = factor[i] end
    if type(list[i]) ~= "number" or not (list[i] > 0) then
      options.wrong("interpolate", "scale_factor", 3, ("a positive number or an array of %d of them"):format(n), factor)
    end
  end
  return list
end

-- The sizes of the result, and by which factors positions are scaled: nil, by those of the sizes.
local function target(given, x, n)
  if (given.size == nil) == (given.scale_factor == nil) then
    options.raise "interpolate: expected one of 'size' and 'scale_factor'"
  end
  if given.size ~= nil then
    if given.recompute_scale_factor then
      options.raise "interpolate: 'recompute_scale_factor' (argument 6): needs 'scale_factor'"
    end
    return sizes.list("interpolate", "size", 2, given.size, n, 1), {}
  end
  local scale, list = factors(given, n), {}
  for i = 1, n do
    list[i] = math.floor(x:size(i + 2) * scale[i])
    if list[i] < 1 or math.type(list[i]) ~= "integer" then
      options.wrong("interpolate", "scale_factor", 3, ("a factor that makes a size of %d"):format(x:size(i + 2)),
        scale[i])
    end
  end
  return list, given.recompute_scale_factor and {} or scale
end

local function nearest(x, list, scale, exact)
  for i = 1, #list do
    local places = resize.nearest(x:size(i + 2), list[i], scale[i], exact)
    x = x:index_select(i + 2, torch.tensor(places, {dtype = "int64", device = x.device}) + 1)
  end
  return x
end

-- Images on the host without a gradient are resized by sums in C; nil: x is none of these.
local function without_gradient(given, x, list, scale, kind)
  if #list ~= 2 or x.device.type ~= "cpu" or x.requires_grad and torch.is_grad_enabled() then return nil end
  local shape = table.move(list, 1, 2, x.ndim - 1, table.move(x.shape, 1, x.ndim - 2, 1, {}))
  local out = torch.empty(shape, {dtype = x.dtype})
  local done = resample(x:contiguous(), out, kind, given.antialias, given.align_corners or false,
    scale[1] or 0, scale[2] or 0)
  return done and out or nil
end

--- nn.functional.interpolate(input: Tensor, size: ints = nil, scale_factor: any = nil, mode: string = "nearest",
-- align_corners: bool = nil, recompute_scale_factor: bool = nil, antialias: bool = false) -> Tensor: The last
-- dimensions of (N, C, …) resized to `size` or by scale_factor. mode: "nearest", "nearest-exact", "linear"
-- (sequences), "bilinear", "bicubic", "lanczos" (images), "trilinear" (volumes), "area". align_corners: whether the
-- corners of input and result are the same points; antialias: as Pillow does where the result is smaller.
-- Example: F.interpolate(torch.tensor({{{1.0, 3.0}}}), {scale_factor = 2, mode = "linear"})
return function(...)
  local given = options.read("interpolate", PARAMETERS, ...)
  local x = given.input
  local n = x.ndim - 2
  local kind = check_mode(given, n)
  local list, scale = target(given, x, n)
  options.room("interpolate", list)
  if given.mode == "area" then return torch.nn.functional[("adaptive_avg_pool%dd"):format(n)](x, list) end
  if not kind then return nearest(x, list, scale, given.mode == "nearest-exact") end
  local made = without_gradient(given, x, list, scale, kind)
  if made then return made end
  if given.antialias then kind = kind .. "_wide" end
  local dtype = x.dtype
  local integer = dtype == torch.uint8
  if integer then x = x:double() end
  if not x:is_floating_point() then
    options.wrong("interpolate", "input", 1, ("a floating-point tensor or uint8 for mode '%s'"):format(given.mode), x)
  end
  x = wide(x)
  for i = n, 1, -1 do
    x = resize.along(kind, x, i + 2, list[i], scale[i], given.align_corners or false, integer)
  end
  return x:to(dtype)
end
