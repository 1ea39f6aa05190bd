-- Transforms of colours.
local options = require "torch.utils.options"
local checks = require "torchvision.transforms.v2.checks"
local define = require "torchvision.transforms.v2.define"
local sample = require "torchvision.transforms.v2.sample"

local colours = {}

--- torchvision.transforms.v2.Grayscale(num_output_channels: int = 1): Grey, in 1 or 3 channels.
-- Example: torchvision.transforms.v2.Grayscale()(torch.ones(3, 1, 2))
colours.Grayscale = define("Grayscale", {{"num_output_channels", kind = "integer", default = 1}}, {
  setup = function(self)
    local n = self.num_output_channels
    if n ~= 1 and n ~= 3 then options.wrong("Grayscale", "num_output_channels", 1, "1 or 3", n) end
  end})
function colours.Grayscale:transform(x)
  return self:_apply("rgb_to_grayscale", x, {num_output_channels = self.num_output_channels})
end

--- torchvision.transforms.v2.RandomGrayscale({p: float = 0.1, generator: generator = nil}): Grey, in as many
-- channels as before, with probability p.
-- Example: torchvision.transforms.v2.RandomGrayscale(1)(torch.ones(3, 1, 1))
colours.RandomGrayscale = define("RandomGrayscale", {}, {p = 0.1})
function colours.RandomGrayscale:make_params(parts)
  return {channels = (sample.dimensions("RandomGrayscale", parts))}
end
function colours.RandomGrayscale:transform(x, params)
  return self:_apply("rgb_to_grayscale", x, {num_output_channels = params.channels})
end

--- torchvision.transforms.v2.RGB(): Three channels, where there is one.
-- Example: torchvision.transforms.v2.RGB()(torch.ones(1, 1, 1))
colours.RGB = define("RGB", {})
function colours.RGB:transform(x) return self:_apply("grayscale_to_rgb", x, {}) end

-- Jitter ------------------------------------------------------------------------------------------

-- The range of a factor: {low, high}, or around the middle by a number; nil: it never changes anything.
local function factor_range(self, field, middle, least, most)
  local value = self[field]
  if value == nil then return end
  if type(value) == "number" then
    if value < 0 then options.wrong(self._name, field, nil, "a number, 0 or more, or {low, high}", value) end
    self[field] = {math.max(middle - value, middle == 1 and 0 or -math.huge), middle + value}
  end
  checks.range(self, field, least, most)
  local low, high = self[field][1], self[field][2]
  self[field] = not (low == middle and high == middle) and {low + 0.0, high + 0.0} or nil
end

local FACTORS <const> = {{"brightness", "adjust_brightness", "brightness_factor"},
  {"contrast", "adjust_contrast", "contrast_factor"}, {"saturation", "adjust_saturation", "saturation_factor"},
  {"hue", "adjust_hue", "hue_factor"}}

--- torchvision.transforms.v2.ColorJitter({brightness: floats = nil, contrast: floats = nil, saturation: floats =
-- nil, hue: floats = nil, generator: generator = nil}): Brightness, contrast, saturation and hue changed, in an
-- order that is drawn anew, by factors drawn from {low, high}, or from 1 minus to 1 plus a number; of hue from
-- minus to plus it, at most 0.5.
-- Example: torchvision.transforms.v2.ColorJitter({brightness = {0.5, 0.5}})(torch.ones(3, 1, 1))
colours.ColorJitter = define("ColorJitter", {{"brightness", tuple = true}, {"contrast", tuple = true},
  {"saturation", tuple = true}, {"hue", tuple = true}}, {random = true, setup = function(self)
    for i = 1, 3 do factor_range(self, FACTORS[i][1], 1, 0, math.huge) end
    factor_range(self, "hue", 0, -0.5, 0.5)
  end})
function colours.ColorJitter:make_params()
  local params = {order = self:_order(4)}
  for i, factor in ipairs(FACTORS) do
    local range = self[factor[1]]
    params[i] = range and self:_uniform(range[1], range[2]) or false
  end
  return params
end

local function adjust(self, x, i, factor) return self:_apply(FACTORS[i][2], x, {[FACTORS[i][3]] = factor}) end

function colours.ColorJitter:transform(x, params)
  for _, i in ipairs(params.order) do
    if params[i] then x = adjust(self, x, i, params[i]) end
  end
  return x
end

--- torchvision.transforms.v2.RandomPhotometricDistort({brightness: reals = {0.875, 1.125}, contrast: reals = {0.5,
-- 1.5}, saturation: reals = {0.5, 1.5}, hue: reals = {-0.05, 0.05}, p: float = 0.5, generator: generator = nil}):
-- Each of brightness, contrast, saturation, hue and the order of the channels changed with probability p.
-- Example: torchvision.transforms.v2.RandomPhotometricDistort({p = 0})(torch.ones(3, 1, 1))
colours.RandomPhotometricDistort = define("RandomPhotometricDistort", {
  {"brightness", default = {0.875, 1.125}, tuple = true}, {"contrast", default = {0.5, 1.5}, tuple = true},
  {"saturation", default = {0.5, 1.5}, tuple = true}, {"hue", default = {-0.05, 0.05}, tuple = true},
  {"p", kind = "number", default = 0.5}}, {random = true, show = {"brightness", "contrast", "hue", "saturation", "p"},
  setup = function(self)
    for i = 1, 3 do checks.range(self, FACTORS[i][1], 0, math.huge) end
    checks.range(self, "hue", -0.5, 0.5)
  end})
function colours.RandomPhotometricDistort:make_params(parts)
  local channels, params = sample.dimensions("RandomPhotometricDistort", parts), {}
  for i, factor in ipairs(FACTORS) do
    local range = self[factor[1]]
    params[i] = self:_uniform(0, 1) < self.p and self:_uniform(range[1], range[2]) or false
  end
  params.contrast_first = self:_uniform(0, 1) < 0.5
  params.permutation = self:_uniform(0, 1) < self.p and self:_order(channels) or false
  return params
end
function colours.RandomPhotometricDistort:transform(x, params)
  for _, i in ipairs(params.contrast_first and {1, 2, 3, 4} or {1, 3, 4, 2}) do
    if params[i] then x = adjust(self, x, i, params[i]) end
  end
  return params.permutation and self:_apply("permute_channels", x, {permutation = params.permutation}) or x
end

--- torchvision.transforms.v2.RandomChannelPermutation({generator: generator = nil}): The channels in a random order.
-- Example: torchvision.transforms.v2.RandomChannelPermutation()(torch.ones(3, 1, 1))
colours.RandomChannelPermutation = define("RandomChannelPermutation", {}, {random = true})
function colours.RandomChannelPermutation:make_params(parts)
  return {permutation = self:_order((sample.dimensions("RandomChannelPermutation", parts)))}
end
function colours.RandomChannelPermutation:transform(x, params)
  return self:_apply("permute_channels", x, {permutation = params.permutation})
end

-- Fewer values -----------------------------------------------------------------------------------------

--- torchvision.transforms.v2.RandomEqualize({p: float = 0.5, generator: generator = nil}): functional.equalize with
-- probability p.
-- Example: torchvision.transforms.v2.RandomEqualize(1)(torch.rand(3, 4, 4)).shape
colours.RandomEqualize = define("RandomEqualize", {}, {p = 0.5})
function colours.RandomEqualize:transform(x) return self:_apply("equalize", x, {}) end

--- torchvision.transforms.v2.RandomInvert({p: float = 0.5, generator: generator = nil}): The negative, with probability
-- p.
-- Example: torchvision.transforms.v2.RandomInvert(1)(torch.ones(3, 1, 1))
colours.RandomInvert = define("RandomInvert", {}, {p = 0.5})
function colours.RandomInvert:transform(x) return self:_apply("invert", x, {}) end

--- torchvision.transforms.v2.RandomPosterize(bits: int, {p: float = 0.5, generator: generator = nil}): Values of which
-- only the first 0 to 8 bits are kept, with probability p.
-- Example: torchvision.transforms.v2.RandomPosterize(1, 1)(torch.rand(3, 4, 4)).shape
colours.RandomPosterize = define("RandomPosterize", {{"bits", kind = "integer", required = true}}, {p = 0.5,
  setup = function(self)
    if self.bits < 0 or self.bits > 8 then
      options.wrong("RandomPosterize", "bits", 1, "an integer from 0 to 8", self.bits)
    end
  end})
function colours.RandomPosterize:transform(x) return self:_apply("posterize", x, {bits = self.bits}) end

--- torchvision.transforms.v2.RandomSolarize(threshold: float, {p: float = 0.5, generator: generator = nil}): The
-- negative of the values from the threshold on, with probability p.
-- Example: torchvision.transforms.v2.RandomSolarize(0.5, 1)(torch.ones(3, 1, 1))
colours.RandomSolarize = define("RandomSolarize", {{"threshold", kind = "number", required = true}}, {p = 0.5})
function colours.RandomSolarize:transform(x) return self:_apply("solarize", x, {threshold = self.threshold}) end

--- torchvision.transforms.v2.RandomAutocontrast({p: float = 0.5, generator: generator = nil}): Values stretched so that
-- they fill the range, with probability p.
-- Example: torchvision.transforms.v2.RandomAutocontrast(1)(torch.tensor({{{0.25, 0.5}}}))
colours.RandomAutocontrast = define("RandomAutocontrast", {}, {p = 0.5})
function colours.RandomAutocontrast:transform(x) return self:_apply("autocontrast", x, {}) end

--- torchvision.transforms.v2.RandomAdjustSharpness(sharpness_factor: float, {p: float = 0.5, generator: generator =
-- nil}): Sharper (above 1) or softer (below 1), with probability p.
-- Example: torchvision.transforms.v2.RandomAdjustSharpness(2, 1)(torch.rand(3, 4, 4)).shape
colours.RandomAdjustSharpness = define("RandomAdjustSharpness", {
  {"sharpness_factor", kind = "number", required = true}}, {p = 0.5, setup = function(self)
    if not (self.sharpness_factor >= 0) then
      options.wrong("RandomAdjustSharpness", "sharpness_factor", 1, "a number, 0 or more", self.sharpness_factor)
    end
  end})
function colours.RandomAdjustSharpness:transform(x)
  return self:_apply("adjust_sharpness", x, {sharpness_factor = self.sharpness_factor})
end

-- Blurs and noise -------------------------------------------------------------------------------------------

--- torchvision.transforms.v2.GaussianBlur(kernel_size: ints, sigma: floats = {0.1, 2}, {generator: generator = nil}):
-- Blurred over kernel_size pixels, an odd number, by a standard deviation drawn from {low, high}, or one number.
-- Example: torchvision.transforms.v2.GaussianBlur(3, 1)(torch.eye(3):unsqueeze(1))
colours.GaussianBlur = define("GaussianBlur", {{"kernel_size", required = true, tuple = true},
  {"sigma", default = {0.1, 2.0}}}, {random = true, setup = function(self)
    checks.size(self, "kernel_size")
    if self.kernel_size[1] % 2 == 0 or self.kernel_size[2] % 2 == 0 then
      options.wrong("GaussianBlur", "kernel_size", 1, "odd positive integers", self.kernel_size)
    end
    checks.two(self, "sigma")
    if not (self.sigma[1] > 0 and self.sigma[1] <= self.sigma[2]) then
      options.wrong("GaussianBlur", "sigma", 2, "a positive number or {low, high}", self.sigma)
    end
  end})
function colours.GaussianBlur:make_params() return {sigma = self:_uniform(self.sigma[1], self.sigma[2])} end
function colours.GaussianBlur:transform(x, params)
  return self:_apply("gaussian_blur", x, {kernel_size = self.kernel_size, sigma = params.sigma})
end

--- torchvision.transforms.v2.GaussianNoise({mean: float = 0, sigma: float = 0.1, clip: bool = true, generator:
-- generator = nil}): With noise, of the range from 0 to 1; `clip` cuts the result at its ends.
-- Example: torchvision.transforms.v2.GaussianNoise({sigma = 0})(torch.ones(3, 1, 1))
colours.GaussianNoise = define("GaussianNoise", {{"mean", kind = "number", default = 0.0},
  {"sigma", kind = "number", default = 0.1}, {"clip", kind = "boolean", default = true}}, {random = true,
  setup = function(self)
    if self.sigma < 0 then options.wrong("GaussianNoise", "sigma", 2, "a number, 0 or more", self.sigma) end
  end})
function colours.GaussianNoise:transform(x)
  return self:_apply("gaussian_noise", x, {mean = self.mean, sigma = self.sigma, clip = self.clip,
    generator = self.generator})
end

return colours
