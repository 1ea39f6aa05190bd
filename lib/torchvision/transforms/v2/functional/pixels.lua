-- Values of pixels: their dtype and range, blurs, noise, erased parts.
local torch = require "torch"
local F = require "torch.nn.functional"
local options = require "torch.utils.options"
local blur = require "torchvision.transforms.blur"
local tv_tensors = require "torchvision.tv_tensors"
local arguments = require "torchvision.transforms.v2.functional.arguments"
local dispatch = require "torchvision.transforms.v2.functional.dispatch"

local pixels = {}
local call, operation = dispatch.call, dispatch.operation

-- Dtypes --------------------------------------------------------------------------------------------

local function name_of(dtype) return (tostring(dtype):gsub("^torch%.", "")) end
local function is_float(dtype) return name_of(dtype):find "float" ~= nil end

-- Floats from 0 to 1 as integers of the whole range. Every integer gets an equal part of the floats.
local function to_integers(x, dtype)
  local from, to = name_of(x.dtype), name_of(dtype)
  if from == "float32" and (to == "int32" or to == "int64") or from == "float64" and to == "int64" then
    options.raise(("to_dtype: 'dtype' (argument 2): %s cannot hold the integers of %s"):format(from, to))
  end
  return (x * (arguments.largest(dtype) + 1 - 1e-3)):to(dtype)
end

--- x of another dtype; `scale`: from the range of the old one (1 of floats) to that of the new one.
function pixels._to_dtype(x, dtype, scale)
  if x.dtype == dtype then return x end
  if not scale then return x:to(dtype) end
  if x:is_floating_point() then return is_float(dtype) and x:to(dtype) or to_integers(x, dtype) end
  if is_float(dtype) then return x:to(dtype):mul_(1 / arguments.largest(x.dtype)) end
  local from, to = arguments.bits(x.dtype), arguments.bits(dtype)
  if not (from and to) then
    options.raise(("to_dtype: 'dtype' (argument 2): no way from %s to %s with scale"):format(name_of(x.dtype),
      name_of(dtype)))
  end
  if from > to then return x:bitwise_right_shift(from - to):to(dtype) end
  return x:to(dtype):bitwise_left_shift(to - from)
end

local function dtype_of(name, position, value)
  local found = type(value) == "string" and rawget(torch, value) or value
  if value == nil or not tostring(found):find "^torch%.%l" or torch.is_tensor(found) then
    options.wrong(name, "dtype", position, "a dtype", value)
  end
  return found
end
pixels._dtype_of = dtype_of

local function keep(x, given) return x:to(dtype_of("to_dtype", 2, given.dtype)) end
local TO_DTYPE <const> = operation("to_dtype", {{"dtype", default = torch.float32},
  {"scale", kind = "boolean", default = false}}, {
  Image = function(x, given) return pixels._to_dtype(x, dtype_of("to_dtype", 2, given.dtype), given.scale) end,
  Mask = keep, BoundingBoxes = keep, KeyPoints = keep}, 0)

--- torchvision.transforms.v2.functional.to_dtype(inpt: Tensor, dtype: dtype = torch.float32, {scale: bool = false}) ->
-- Tensor: Another dtype. With scale the values of images go from the range of the old one to that of the new one: 0
-- to 255 of uint8, 0 to 1 of floats.
-- Example: torchvision.transforms.v2.functional.to_dtype(torch.tensor({0, 255}, {dtype = "uint8"}), "float32", true)
function pixels.to_dtype(...) return call(TO_DTYPE, ...) end

local CONVERT <const> = operation("convert_image_dtype", {{"dtype", default = torch.float32}}, {
  Image = function(x, given) return pixels._to_dtype(x, dtype_of("convert_image_dtype", 2, given.dtype), true) end}, 0)
--- torchvision.transforms.v2.functional.convert_image_dtype(inpt: Tensor, dtype: dtype = torch.float32) -> Tensor:
-- to_dtype with scale.
-- Example: torchvision.transforms.v2.functional.convert_image_dtype(torch.tensor({0, 255}, {dtype = "uint8"}))
function pixels.convert_image_dtype(...) return call(CONVERT, ...) end

-- Kinds -----------------------------------------------------------------------------------------------

local IMAGE <const> = {{"inpt", kind = "tensor", required = true}}

-- An image with its dimension of channels.
local function with_channels(name, x)
  if x.ndim == 2 then return x:unsqueeze(1) end
  if x.ndim < 3 then options.wrong(name, "inpt", 1, "an image (C×H×W or H×W)", x) end
  return x
end

--- torchvision.transforms.v2.functional.to_image(inpt: Tensor) -> Tensor: As a torchvision.tv_tensors.Image
-- (…×C×H×W); H×W gets one channel.
-- Example: torchvision.transforms.v2.functional.to_image(torch.zeros(2, 2)).shape
function pixels.to_image(...)
  return tv_tensors.Image(with_channels("to_image", options.read("to_image", IMAGE, ...).inpt))
end

--- torchvision.transforms.v2.functional.pil_to_tensor(inpt: Tensor) -> Tensor: The image (C×H×W) with its dtype, as
-- files are read; H×W gets one channel.
-- Example: torchvision.transforms.v2.functional.pil_to_tensor(torch.zeros(2, 2)).shape
function pixels.pil_to_tensor(...)
  return with_channels("pil_to_tensor", options.read("pil_to_tensor", IMAGE, ...).inpt)
end

--- torchvision.transforms.v2.functional.to_tensor(inpt: Tensor) -> Tensor: The image (C×H×W) in floats: bytes divided
-- by 255; other dtypes stay. H×W gets one channel.
-- Example: torchvision.transforms.v2.functional.to_tensor(torch.tensor({{0, 255}}, {dtype = "uint8"}))
function pixels.to_tensor(...)
  local x = with_channels("to_tensor", options.read("to_tensor", IMAGE, ...).inpt)
  return x.dtype == torch.uint8 and x:to(torch.get_default_dtype()) / 255 or x
end

--- torchvision.transforms.v2.functional.to_pil_image(inpt: Tensor) -> Tensor: The image (C×H×W) in bytes, as files
-- hold it: floats from 0 to 1 become 0 to 255.
-- Example: torchvision.transforms.v2.functional.to_pil_image(torch.ones(1, 1, 2))
function pixels.to_pil_image(...)
  local x = with_channels("to_pil_image", options.read("to_pil_image", IMAGE, ...).inpt)
  return x:is_floating_point() and (x * 255):to(torch.uint8) or pixels._to_dtype(x, torch.uint8, true)
end

-- Normalised ---------------------------------------------------------------------------------------------

local function channel_values(name, position, value, x)
  local list = arguments.items(value)
  if not list or #list ~= 1 and #list ~= x:size(-3) then
    options.wrong("normalize", name, position, ("an array of %d numbers, one a channel"):format(x:size(-3)), value)
  end
  return list
end

local function normalize_image(x, given)
  if not x:is_floating_point() then options.wrong("normalize", "inpt", 1, "a floating-point image", x) end
  local mean, std = channel_values("mean", 2, given.mean, x), channel_values("std", 3, given.std, x)
  for _, value in ipairs(std) do
    if value == 0 then options.raise "normalize: 'std' (argument 3): expected no 0" end
  end
  local function column(list) return torch.tensor(list, {dtype = x.dtype, device = x.device}):reshape(-1, 1, 1) end
  if given.inplace then return x:sub_(column(mean)):div_(column(std)) end
  return (x - column(mean)):div_(column(std))
end

local NORMALIZE <const> = operation("normalize", {{"mean", required = true}, {"std", required = true},
  {"inplace", kind = "boolean", default = false}}, {Image = normalize_image})
--- torchvision.transforms.v2.functional.normalize(inpt: Tensor, mean: floats, std: floats, {inplace: bool = false}) ->
-- Tensor: (x - mean) / std of each channel of a floating-point image.
-- Example: torchvision.transforms.v2.functional.normalize(torch.ones(1, 1, 2), {0.5}, {0.25})
function pixels.normalize(...) return call(NORMALIZE, ...) end

-- Blurred ------------------------------------------------------------------------------------------------------

-- The weights of a Gaussian, which add up to 1.
local function gaussian(n, sigma)
  local weights, sum = {}, 0
  for i = 1, n do
    local x = (i - (n + 1) / 2) / sigma
    weights[i] = math.exp(-0.5 * x * x)
    sum = sum + weights[i]
  end
  for i = 1, n do weights[i] = weights[i] / sum end
  return weights
end

local function blur_arguments(given)
  local name, sizes = "gaussian_blur", arguments.items(given.kernel_size) or {}
  local along, down = options.integer(sizes[1]), options.integer(sizes[2] or sizes[1])
  if not (along and down and along > 0 and down > 0 and along % 2 == 1 and down % 2 == 1 and #sizes <= 2) then
    options.wrong(name, "kernel_size", 2, "an odd positive integer, or an array of two", given.kernel_size)
  end
  if given.sigma == nil then return along, down, along * 0.15 + 0.35, down * 0.15 + 0.35 end
  local sigma = arguments.items(given.sigma) or {}
  local sx, sy = sigma[1], sigma[2] or sigma[1]
  if not (sx and sx > 0 and sy > 0 and #sigma <= 2) then
    options.wrong(name, "sigma", 3, "a positive number, or an array of two", given.sigma)
  end
  return along, down, sx, sy
end

-- By convolutions, where a gradient is wanted or the image is not on the host.
local function blur_by_convolutions(x, along, down)
  local dtype = x.dtype
  local flat = (x:is_floating_point() and x or x:float()):reshape(-1, 1, x:size(-2), x:size(-1))
  local nx, ny = #along, #down
  flat = F.pad(flat, {nx // 2, nx // 2, ny // 2, ny // 2}, {mode = "reflect"})
  local function weight(list) return torch.tensor(list, {dtype = flat.dtype, device = flat.device}) end
  flat = F.conv2d(flat, weight(along):reshape(1, 1, 1, nx))
  flat = F.conv2d(flat, weight(down):reshape(1, 1, ny, 1))
  return (x:is_floating_point() and flat or flat:round()):to(dtype):reshape(x.shape)
end

local function blur_image(x, given)
  local nx, ny, sx, sy = blur_arguments(given)
  if x:numel() == 0 then return x end
  if nx // 2 >= x:size(-1) or ny // 2 >= x:size(-2) then
    options.wrong("gaussian_blur", "kernel_size", 2, ("at most %d and %d, for an image of %d × %d"):format(
      2 * x:size(-1) - 1, 2 * x:size(-2) - 1, x:size(-2), x:size(-1)), given.kernel_size)
  end
  local along, down = gaussian(nx, sx), gaussian(ny, sy)
  local native = x.dtype == torch.uint8 or x.dtype == torch.float32 or x.dtype == torch.float64
  if not native or x.device.type ~= "cpu" or torch.jit.is_tracing()
    or x.requires_grad and torch.is_grad_enabled() then
    return blur_by_convolutions(x, along, down)
  end
  local out = torch.empty(x.shape, {dtype = x.dtype})
  blur(x:contiguous(), out, along, down)
  return out
end

local BLUR <const> = operation("gaussian_blur", {{"kernel_size", required = true}, {"sigma"}},
  {Image = blur_image})
--- torchvision.transforms.v2.functional.gaussian_blur(inpt: Tensor, kernel_size: ints, sigma: floats = nil) -> Tensor:
-- Blurred with the weights of a Gaussian of the standard deviation sigma (0.15 kernel_size + 0.35) over kernel_size
-- pixels, an odd number; each may be an array of two: along x and along y.
-- Example: torchvision.transforms.v2.functional.gaussian_blur(torch.eye(3):unsqueeze(1), 3)
function pixels.gaussian_blur(...) return call(BLUR, ...) end

local function noise_image(x, given)
  local mean, sigma = given.mean, given.sigma
  if sigma < 0 then options.wrong("gaussian_noise", "sigma", 3, "a number, 0 or more", sigma) end
  local draw = {dtype = x:is_floating_point() and x.dtype or torch.float32, device = x.device,
    generator = given.generator}
  if x:is_floating_point() then
    local out = x + (torch.randn(x.shape, draw) * sigma + mean)
    return given.clip and out:clamp(0, 1) or out
  elseif x.dtype ~= torch.uint8 then
    options.wrong("gaussian_noise", "inpt", 1, "an image of uint8 or floats", x)
  end
  local noise = (torch.randn(x.shape, draw) * (sigma * 255) + mean * 255):to(torch.int16)
  local out = x + noise
  return (given.clip and out:clamp(0, 255) or out:bitwise_and(255)):to(torch.uint8)
end

local NOISE <const> = operation("gaussian_noise", {{"mean", kind = "number", default = 0},
  {"sigma", kind = "number", default = 0.1}, {"clip", kind = "boolean", default = true}, {"generator"}},
  {Image = noise_image}, 0)
--- torchvision.transforms.v2.functional.gaussian_noise(inpt: Tensor, mean: float = 0, sigma: float = 0.1, {clip: bool
-- = true, generator: generator = nil}) -> Tensor: With noise, of the range from 0 to 1; `clip` cuts the result at its
-- ends.
-- Example: torchvision.transforms.v2.functional.gaussian_noise(torch.zeros(1, 2, 2), 0.5, 0)
function pixels.gaussian_noise(...) return call(NOISE, ...) end

-- Erased ------------------------------------------------------------------------------------------------------------

local function erase_image(x, given)
  local top, left, height, width = given.i, given.j, given.h, given.w
  if top < 0 or left < 0 or top + height > x:size(-2) or left + width > x:size(-1) then
    options.raise(("erase: expected a part of the image, %d × %d, got %d × %d at (%d, %d)"):format(x:size(-2),
      x:size(-1), height, width, top, left))
  end
  local out = given.inplace and x or x:clone()
  local part = out:narrow(-2, top + 1, height):narrow(-1, left + 1, width)
  local ok, value = options.try(function() return given.v:to(x.dtype):to(x.device):expand(part.shape) end)
  if not ok then options.wrong("erase", "v", 6, "a tensor that can be expanded to the part", given.v) end
  part:copy_(value)
  return out
end

local ERASE <const> = operation("erase", {{"i", kind = "integer", required = true},
  {"j", kind = "integer", required = true}, {"h", kind = "count", required = true},
  {"w", kind = "count", required = true}, {"v", kind = "tensor", required = true},
  {"inplace", kind = "boolean", default = false}}, {Image = erase_image})
--- torchvision.transforms.v2.functional.erase(inpt: Tensor, i: int, j: int, h: int, w: int, v: Tensor, {inplace: bool
-- = false}) -> Tensor: h × w pixels, with i rows above and j columns beside them, replaced by v.
-- Example: torchvision.transforms.v2.functional.erase(torch.ones(1, 2, 3), 0, 1, 2, 1, torch.zeros(1, 1, 1))
function pixels.erase(...) return call(ERASE, ...) end

-- Compression ---------------------------------------------------------------------------------------

-- Each image of a batch is a file of its own.
local function through_jpeg(x, given)
  local channels, quality = x:size(-3), given.quality
  if x.dtype ~= torch.uint8 or channels ~= 1 and channels ~= 3 then
    options.wrong("jpeg", "inpt", 1, "an image of bytes with 1 or 3 channels", x)
  end
  if quality < 1 or quality > 100 then options.wrong("jpeg", "quality", 2, "an integer from 1 to 100", quality) end
  if x:numel() == 0 then return x end
  local files = require "torchvision.io"
  local images = {}
  for i, image in ipairs(x:reshape(-1, channels, x:size(-2), x:size(-1)):unbind()) do
    images[i] = files.decode_jpeg(files.encode_jpeg(image, quality))
  end
  return torch.stack(images):reshape(x.shape)
end

local JPEG <const> = operation("jpeg", {{"quality", kind = "integer", required = true}}, {Image = through_jpeg})
--- torchvision.transforms.v2.functional.jpeg(inpt: Tensor, quality: int) -> Tensor: An image of bytes as if written to
-- a JPEG of this quality (1 to 100) and read again.
function pixels.jpeg(...) return call(JPEG, ...) end

-- Videos
-- ------------------------------------------------------------------------------------------------------------------

local SAMPLES <const> = {{"num_samples", kind = "positive", required = true}}
local SUBSAMPLE <const> = operation("uniform_temporal_subsample", SAMPLES, {
  Image = function(x, given)
    local n = x:size(-4)
    local at = torch.linspace(0, n - 1, given.num_samples):long() + 1
    return x:index_select(-4, at:to(x.device))
  end}, 4)
--- torchvision.transforms.v2.functional.uniform_temporal_subsample(inpt: Tensor, num_samples: int) -> Tensor: So many
-- frames of a video (…×T×C×H×W), evenly from the first to the last.
-- Example: torchvision.transforms.v2.functional.uniform_temporal_subsample(torch.zeros(9, 1, 2, 2), 3).shape
function pixels.uniform_temporal_subsample(...) return call(SUBSAMPLE, ...) end

return pixels
