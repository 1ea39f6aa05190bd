-- Colours of images: brightness, contrast, saturation, hue, and what makes few of many.
local torch = require "torch"
local F = require "torch.nn.functional"
local options = require "torch.utils.options"
local equalize = require "torchvision.transforms.equalize"
local arguments = require "torchvision.transforms.v2.functional.arguments"
local dispatch = require "torchvision.transforms.v2.functional.dispatch"
local pixels = require "torchvision.transforms.v2.functional.pixels"

local colour = {}
local call, operation = dispatch.call, dispatch.operation

local function as_float(x) return x:is_floating_point() and x or x:float() end

-- Values cut to the range of x and in its dtype; of integers what is behind the point goes. `out` is a new tensor,
-- which may be changed where x has no gradient, as integers have none.
local function finished(out, x)
  local most = arguments.largest(x.dtype)
  return x:is_floating_point() and out:clamp(0, most) or out:clamp_(0, most):to(x.dtype)
end

--- Raises unless x has 1 or 3 channels; how many.
local function channels_of(name, x)
  local c = x:size(-3)
  if c ~= 1 and c ~= 3 then options.wrong(name, "inpt", 1, "an image of 1 or 3 channels (…×C×H×W)", x) end
  return c
end

local function check_factor(name, parameter, value)
  if not (value >= 0) then options.wrong(name, parameter, 2, "a number, 0 or more", value) end
  return value + 0.0 -- bytes times a float are floats
end

-- One channel of three, as floats.
local function grey(x)
  local r, g, b = x:select(-3, 1), x:select(-3, 2), x:select(-3, 3)
  if x:is_floating_point() then return (r * 0.2989 + g * 0.587 + b * 0.114):unsqueeze(-3) end
  return (r * 0.2989):add_(g * 0.587):add_(b * 0.114):unsqueeze(-3)
end

-- The same, of integers without what is behind the point.
local function grey_value(x) return x:is_floating_point() and grey(x) or grey(x):floor_() end

local function blend(x, other, factor)
  local rest = other * (1 - factor)
  return finished(x:is_floating_point() and x * factor + rest or (x * factor):add_(rest), x)
end

-- Grey ------------------------------------------------------------------------------------------------

local function to_grey(name)
  return function(x, given)
    local n, c = given.num_output_channels, x:size(-3)
    if n ~= 1 and n ~= 3 then options.wrong(name, "num_output_channels", 2, "1 or 3", n) end
    if c == 1 then
      if n == 1 then return x:clone() end
      local shape = x.shape
      local wide = table.move(shape, 1, #shape, 1, {})
      wide[#wide - 2] = 3
      return x:expand(wide):contiguous()
    elseif c ~= 3 then
      options.wrong(name, "inpt", 1, "an image of 1 or 3 channels (…×C×H×W)", x)
    end
    local out = grey(x):to(x.dtype)
    return n == 3 and out:expand(x.shape) or out
  end
end

local GREY <const> = operation("rgb_to_grayscale", {{"num_output_channels", kind = "integer", default = 1}},
  {Image = to_grey("rgb_to_grayscale")})
--- torchvision.transforms.v2.functional.rgb_to_grayscale(inpt: Tensor, num_output_channels: int = 1) -> Tensor: 0.2989
-- r + 0.587 g + 0.114 b, in 1 or 3 equal channels; to_grayscale is another name.
-- Example: torchvision.transforms.v2.functional.rgb_to_grayscale(torch.ones(3, 1, 2))
function colour.rgb_to_grayscale(...) return (call(GREY, ...)) end
colour.to_grayscale = colour.rgb_to_grayscale

local RGB <const> = operation("grayscale_to_rgb", {}, {Image = function(x)
  return x:size(-3) >= 3 and x or to_grey("grayscale_to_rgb")(x, {num_output_channels = 3})
end})
--- torchvision.transforms.v2.functional.grayscale_to_rgb(inpt: Tensor) -> Tensor: An image of one channel with three
-- equal ones.
-- Example: torchvision.transforms.v2.functional.grayscale_to_rgb(torch.ones(1, 1, 2))
function colour.grayscale_to_rgb(...) return call(RGB, ...) end

-- Factors ------------------------------------------------------------------------------------------------

local BRIGHTNESS <const> = operation("adjust_brightness", {{"brightness_factor", kind = "number", required = true}}, {
  Image = function(x, given)
    local factor = check_factor("adjust_brightness", "brightness_factor", given.brightness_factor)
    channels_of("adjust_brightness", x)
    return finished(x * factor, x)
  end})
--- torchvision.transforms.v2.functional.adjust_brightness(inpt: Tensor, brightness_factor: float) -> Tensor: Values
-- times the factor: 0 is black, 1 the image itself.
-- Example: torchvision.transforms.v2.functional.adjust_brightness(torch.ones(1, 1, 2), 0.5)
function colour.adjust_brightness(...) return call(BRIGHTNESS, ...) end

local SATURATION <const> = operation("adjust_saturation", {{"saturation_factor", kind = "number", required = true}}, {
  Image = function(x, given)
    local factor = check_factor("adjust_saturation", "saturation_factor", given.saturation_factor)
    if channels_of("adjust_saturation", x) == 1 then return x end
    return blend(x, grey_value(x), factor)
  end})
--- torchvision.transforms.v2.functional.adjust_saturation(inpt: Tensor, saturation_factor: float) -> Tensor: The
-- factor of the image and the rest of the grey one: 0 is grey, 1 the image itself.
-- Example: torchvision.transforms.v2.functional.adjust_saturation(torch.ones(3, 1, 2), 0.5)
function colour.adjust_saturation(...) return call(SATURATION, ...) end

local CONTRAST <const> = operation("adjust_contrast", {{"contrast_factor", kind = "number", required = true}}, {
  Image = function(x, given)
    local factor = check_factor("adjust_contrast", "contrast_factor", given.contrast_factor)
    local values = channels_of("adjust_contrast", x) == 3 and grey_value(x) or as_float(x)
    return blend(x, values:mean({-3, -2, -1}, true), factor)
  end})
--- torchvision.transforms.v2.functional.adjust_contrast(inpt: Tensor, contrast_factor: float) -> Tensor: The factor of
-- the image and the rest of its mean grey: 0 is grey, 1 the image itself.
-- Example: torchvision.transforms.v2.functional.adjust_contrast(torch.eye(2):unsqueeze(1), 0.5)
function colour.adjust_contrast(...) return call(CONTRAST, ...) end

local function sharpened(x, given)
  local factor = check_factor("adjust_sharpness", "sharpness_factor", given.sharpness_factor)
  channels_of("adjust_sharpness", x)
  local h, w = x:size(-2), x:size(-1)
  if x:numel() == 0 or h <= 2 or w <= 2 then return x end
  local wide = as_float(x):reshape(-1, 1, h, w)
  local a, b = 1 / 13, 5 / 13
  local weights = torch.tensor({{a, a, a}, {a, b, a}, {a, a, a}}, {dtype = wide.dtype, device = wide.device})
  local soft = F.conv2d(wide, weights:reshape(1, 1, 3, 3))
  if not x:is_floating_point() then soft = soft:round() end
  -- The outermost pixels stay.
  local inner = wide:narrow(-2, 2, h - 2):narrow(-1, 2, w - 2)
  local change = F.pad((soft - inner) * (1 - factor), {1, 1, 1, 1})
  return finished((wide + change):reshape(x.shape), x)
end

local SHARPNESS <const> = operation("adjust_sharpness", {{"sharpness_factor", kind = "number", required = true}},
  {Image = sharpened})
--- torchvision.transforms.v2.functional.adjust_sharpness(inpt: Tensor, sharpness_factor: float) -> Tensor: The factor
-- of the image and the rest of a blurred one: 0 is blurred, 1 the image itself, 2 sharper.
-- Example: torchvision.transforms.v2.functional.adjust_sharpness(torch.eye(3):unsqueeze(1), 2)
function colour.adjust_sharpness(...) return call(SHARPNESS, ...) end

local GAMMA <const> = operation("adjust_gamma", {{"gamma", kind = "number", required = true},
  {"gain", kind = "number", default = 1}}, {
  Image = function(x, given)
    check_factor("adjust_gamma", "gamma", given.gamma)
    local out = pixels._to_dtype(x, x:is_floating_point() and x.dtype or torch.float32, true):pow(given.gamma)
    if given.gain ~= 1 then out = (out * given.gain):clamp(0, 1) end
    return pixels._to_dtype(out, x.dtype, true)
  end})
--- torchvision.transforms.v2.functional.adjust_gamma(inpt: Tensor, gamma: float, gain: float = 1) -> Tensor: gain
-- x^gamma of values from 0 to 1: above 1 shadows become darker, below 1 lighter.
-- Example: torchvision.transforms.v2.functional.adjust_gamma(torch.full({1, 1, 2}, 0.5), 2)
function colour.adjust_gamma(...) return call(GAMMA, ...) end

-- Hue ------------------------------------------------------------------------------------------------------

-- Hue, saturation and value of red, green and blue.
local function to_hsv(x)
  local r, g, b = x:select(-3, 1), x:select(-3, 2), x:select(-3, 3)
  local high, low = x:amax(-3), x:amin(-3)
  local range, flat = high - low, high:eq(low)
  local saturation = range / torch.where(flat, 1.0, high)
  local divisor = torch.where(flat, 1.0, range)
  local far_r, far_g, far_b = (high - r) / divisor, (high - g) / divisor, (high - b) / divisor
  local hue = torch.where(high:eq(r), far_b - far_g, torch.where(high:eq(g), far_r + 2 - far_b, far_g + 4 - far_r))
  return (hue * (1 / 6) + 1):fmod(1), saturation, high
end

-- Which of value, p, q and t red, green and blue are, in each sixth of the circle of hues.
local SIXTHS <const> = {{"v", "q", "p", "p", "t", "v"}, {"t", "v", "v", "q", "p", "p"}, {"p", "p", "t", "v", "v", "q"}}

local function to_rgb(hue, saturation, value)
  local turn = hue * 6
  local sixth = turn:floor()
  local part = turn - sixth
  sixth = sixth:fmod(6)
  local kinds = {v = value, p = ((1 - saturation) * value):clamp(0, 1),
    q = ((1 - saturation * part) * value):clamp(0, 1), t = ((1 - saturation * (1 - part)) * value):clamp(0, 1)}
  local is = {}
  for i = 1, 5 do is[i] = sixth:eq(i - 1) end
  local rgb = {}
  for c, row in ipairs(SIXTHS) do
    local out = kinds[row[6]]
    for i = 5, 1, -1 do out = torch.where(is[i], kinds[row[i]], out) end
    rgb[c] = out
  end
  return torch.stack(rgb, -3)
end

local HUE <const> = operation("adjust_hue", {{"hue_factor", kind = "number", required = true}}, {
  Image = function(x, given)
    local factor = given.hue_factor
    if not (factor >= -0.5 and factor <= 0.5) then
      options.wrong("adjust_hue", "hue_factor", 2, "a number from -0.5 to 0.5", factor)
    end
    if channels_of("adjust_hue", x) == 1 or x:numel() == 0 then return x end
    local hue, saturation, value = to_hsv(pixels._to_dtype(x, torch.float32, true))
    return pixels._to_dtype(to_rgb((hue + factor):remainder(1), saturation, value), x.dtype, true)
  end})
--- torchvision.transforms.v2.functional.adjust_hue(inpt: Tensor, hue_factor: float) -> Tensor: Colours turned around
-- the circle of hues: 0.5 and -0.5 give the opposite ones, 0 the image itself.
-- Example: torchvision.transforms.v2.functional.adjust_hue(torch.eye(3):unsqueeze(2), 0.5)
function colour.adjust_hue(...) return call(HUE, ...) end

-- Fewer values --------------------------------------------------------------------------------------------------

local function posterized(x, given)
  local bits = given.bits
  if bits < 0 or bits > 8 then options.wrong("posterize", "bits", 2, "an integer from 0 to 8", bits) end
  if x:is_floating_point() then
    local levels = 1 << bits
    return (x * levels):floor():clamp(0, levels - 1) * (1 / levels)
  end
  local all = arguments.bits(x.dtype)
  if all == nil then options.wrong("posterize", "inpt", 1, "an image of integers or floats", x) end
  if bits >= all then return x end
  return x:bitwise_and(((1 << bits) - 1) << (all - bits))
end

local POSTERIZE <const> = operation("posterize", {{"bits", kind = "integer", required = true}}, {Image = posterized}, 0)
--- torchvision.transforms.v2.functional.posterize(inpt: Tensor, bits: int) -> Tensor: Values of which only the first 0
-- to 8 bits are kept.
-- Example: torchvision.transforms.v2.functional.posterize(torch.tensor({{{255, 100}}}, {dtype = "uint8"}), 1)
function colour.posterize(...) return call(POSTERIZE, ...) end

local function inverted(x)
  if x:is_floating_point() then return 1 - x end
  if x.dtype == torch.uint8 then return x:bitwise_not() end
  local bits = arguments.bits(x.dtype)
  if bits == nil then options.wrong("invert", "inpt", 1, "an image of integers or floats", x) end
  return x:bitwise_xor((1 << bits) - 1)
end

local INVERT <const> = operation("invert", {}, {Image = inverted}, 0)
--- torchvision.transforms.v2.functional.invert(inpt: Tensor) -> Tensor: The negative.
-- Example: torchvision.transforms.v2.functional.invert(torch.tensor({{{255, 100}}}, {dtype = "uint8"}))
function colour.invert(...) return call(INVERT, ...) end

local SOLARIZE <const> = operation("solarize", {{"threshold", kind = "number", required = true}}, {
  Image = function(x, given)
    local most = arguments.largest(x.dtype)
    if given.threshold > most then
      options.wrong("solarize", "threshold", 2, ("at most %d"):format(most), given.threshold)
    end
    return torch.where(x:ge(given.threshold), inverted(x), x)
  end}, 0)
--- torchvision.transforms.v2.functional.solarize(inpt: Tensor, threshold: float) -> Tensor: The negative of the values
-- from the threshold on.
-- Example: torchvision.transforms.v2.functional.solarize(torch.tensor({{{255, 100}}}, {dtype = "uint8"}), 128)
function colour.solarize(...) return call(SOLARIZE, ...) end

local function stretched(x)
  channels_of("autocontrast", x)
  if x:numel() == 0 then return x end
  local wide, bound = as_float(x), arguments.largest(x.dtype)
  local low, high = wide:amin({-2, -1}, true), wide:amax({-2, -1}, true)
  local flat = high:eq(low)
  local scale = torch.where(flat, 1.0, (high - low) * (1 / bound))
  return finished((wide - torch.where(flat, 0.0, low)) / scale, x)
end

local AUTOCONTRAST <const> = operation("autocontrast", {}, {Image = stretched})
--- torchvision.transforms.v2.functional.autocontrast(inpt: Tensor) -> Tensor: Values of each channel stretched so that
-- they fill the range.
-- Example: torchvision.transforms.v2.functional.autocontrast(torch.tensor({{{0.25, 0.5}}}))
function colour.autocontrast(...) return call(AUTOCONTRAST, ...) end

-- Rows of bytes equalized by tensors, where the image is not on the host, or a trace has to see what is done.
local function equalized_rows(rows)
  local values, n = rows:long() + 1, rows:size(2)
  local counts = torch.zeros({rows:size(1), 256}, {dtype = "int64", device = rows.device})
  counts = counts:scatter_add(2, values, torch.ones_like(values))
  local sums = counts:cumsum(2)
  local greatest = sums:ge(n):long():argmax(2, true)
  local step = (n - counts:gather(2, greatest)):div(255, {rounding_mode = "floor"})
  local least = step:clamp({min = 1})
  local shares = (sums + least:div(2, {rounding_mode = "floor"})):div(least, {rounding_mode = "floor"}):clamp(0, 255)
  shares = torch.cat({torch.zeros_like(step), shares:narrow(2, 1, 255)}, 2)
  return torch.where(step:eq(0), rows, shares:gather(2, values):to(torch.uint8))
end

local function equalized(x)
  if x:numel() == 0 then return x end
  local bytes = pixels._to_dtype(x, torch.uint8, true)
  local out, done
  if x.device.type == "cpu" then
    out = torch.empty(x.shape, {dtype = "uint8"})
    done = equalize(bytes:contiguous(), out)
  end
  if not done then out = equalized_rows(bytes:reshape(-1, x:size(-2) * x:size(-1))):reshape(x.shape) end
  return pixels._to_dtype(out, x.dtype, true)
end

local EQUALIZE <const> = operation("equalize", {}, {Image = equalized}, 2)
--- torchvision.transforms.v2.functional.equalize(inpt: Tensor) -> Tensor: Values of each channel replaced so that all
-- are about equally frequent.
-- Example: torchvision.transforms.v2.functional.equalize(torch.rand(3, 4, 4)).shape
function colour.equalize(...) return (call(EQUALIZE, ...)) end

local PERMUTE <const> = operation("permute_channels", {{"permutation", required = true}}, {
  Image = function(x, given)
    local list, n, seen = arguments.items(given.permutation) or {}, x:size(-3), {}
    for i, item in ipairs(list) do
      list[i] = options.integer(item) or 0
      seen[list[i]] = list[i] >= 1 and list[i] <= n or nil
    end
    local count = 0
    for _ in pairs(seen) do count = count + 1 end
    if #list ~= n or count ~= n then
      options.wrong("permute_channels", "permutation", 2, ("the numbers 1 to %d in some order"):format(n),
        given.permutation)
    end
    return x:index_select(-3, torch.tensor(list, {dtype = "int64", device = x.device}))
  end})
--- torchvision.transforms.v2.functional.permute_channels(inpt: Tensor, permutation: int[]) -> Tensor: The channels in
-- another order; they count from 1.
-- Example: torchvision.transforms.v2.functional.permute_channels(torch.arange(3):reshape(3, 1, 1), {3, 2, 1})
function colour.permute_channels(...) return call(PERMUTE, ...) end

return colour
