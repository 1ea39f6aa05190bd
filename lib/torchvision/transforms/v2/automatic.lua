-- Automatic augmentation: operations of a list, by magnitudes.
local torch = require "torch"
local options = require "torch.utils.options"
local tv_tensors = require "torchvision.tv_tensors"
local arguments = require "torchvision.transforms.v2.functional.arguments"
local checks = require "torchvision.transforms.v2.checks"
local define = require "torchvision.transforms.v2.define"
local policies = require "torchvision.transforms.v2.policies"
local sample = require "torchvision.transforms.v2.sample"

local automatic = {}

--- torchvision.transforms.v2.AutoAugmentPolicy: The policies of AutoAugment, which are strings: IMAGENET ("imagenet"),
-- CIFAR10 ("cifar10"), SVHN ("svhn").
automatic.AutoAugmentPolicy = {IMAGENET = "imagenet", CIFAR10 = "cifar10", SVHN = "svhn"}

-- Magnitudes ---------------------------------------------------------------------------------------

local function even(low, high) return function(bins) return torch.linspace(low, high, bins):tolist() end end
local function wide(share) return function(bins, _, w) return torch.linspace(0, share * w, bins):tolist() end end
local function tall(share) return function(bins, h) return torch.linspace(0, share * h, bins):tolist() end end
local function bits(most, range)
  return function(bins) return (-(torch.arange(bins) / ((bins - 1) / range)) + most):round():tolist() end
end
local function none() end

-- A list of operations: {name, its magnitudes f(bins, height, width), whether their sign is drawn}.
local function space(shear, along_x, along_y, turn, colour, posterize, last)
  local list = {{"ShearX", even(0, shear), true}, {"ShearY", even(0, shear), true}, {"TranslateX", along_x, true},
    {"TranslateY", along_y, true}, {"Rotate", even(0, turn), true}}
  for _, name in ipairs(colour and {"Brightness", "Color", "Contrast", "Sharpness"} or {}) do
    list[#list + 1] = {name, even(0, colour), true}
  end
  for _, item in ipairs {{"Posterize", posterize, false}, {"Solarize", even(1, 0), false},
    {"AutoContrast", none, false}, {"Equalize", none, false}} do list[#list + 1] = item end
  for _, item in ipairs(last) do list[#list + 1] = item end
  return list
end

local function with_identity(list)
  table.insert(list, 1, {"Identity", none, false})
  return list
end

local SHARE <const> = 150 / 331
local AUTO <const> = space(0.3, wide(SHARE), tall(SHARE), 30, 0.9, bits(8, 4), {{"Invert", none, false}})
local RANDOM <const> = with_identity(space(0.3, wide(SHARE), tall(SHARE), 30, 0.9, bits(8, 4), {}))
local TRIVIAL <const> = with_identity(space(0.99, even(0, 32), even(0, 32), 135, 0.99, bits(8, 6), {}))
local MIXED <const> = space(0.3, wide(1 / 3), tall(1 / 3), 30, nil, bits(4, 4), {})
local MIXED_ALL <const> = table.move(MIXED, 1, #MIXED, 1, {})
for _, name in ipairs {"Brightness", "Color", "Contrast", "Sharpness"} do
  MIXED_ALL[#MIXED_ALL + 1] = {name, even(0, 0.9), true}
end

-- Operations -------------------------------------------------------------------------------------------

local function affine(given)
  return function(self, x, magnitude, look)
    local made = given(magnitude)
    return self:_apply("affine", x, {angle = 0, scale = 1, translate = made.translate or {0, 0},
      shear = made.shear or {0, 0}, center = made.shear and {0, 0}, interpolation = look.interpolation,
      fill = look.fill})
  end
end

local function degrees(slope) return math.deg(math.atan(slope)) end

local function adjust(name)
  return function(self, x, magnitude)
    return self:_apply("adjust_" .. name, x, {[name .. "_factor"] = 1 + magnitude})
  end
end

local function plain(name) return function(self, x) return self:_apply(name, x, {}) end end

local OPERATIONS <const> = {
  Identity = function(_, x) return x end,
  ShearX = affine(function(m) return {shear = {degrees(m), 0}} end),
  ShearY = affine(function(m) return {shear = {0, degrees(m)}} end),
  TranslateX = affine(function(m) return {translate = {arguments.truncate(m), 0}} end),
  TranslateY = affine(function(m) return {translate = {0, arguments.truncate(m)}} end),
  Rotate = function(self, x, magnitude, look)
    return self:_apply("rotate", x, {angle = magnitude, interpolation = look.interpolation, fill = look.fill})
  end,
  Brightness = adjust "brightness", Color = adjust "saturation", Contrast = adjust "contrast",
  Sharpness = adjust "sharpness",
  Posterize = function(self, x, magnitude)
    return self:_apply("posterize", x, {bits = arguments.truncate(magnitude)})
  end,
  Solarize = function(self, x, magnitude)
    return self:_apply("solarize", x, {threshold = arguments.largest(x.dtype) * magnitude})
  end,
  AutoContrast = plain "autocontrast", Equalize = plain "equalize", Invert = plain "invert",
}

-- The base -----------------------------------------------------------------------------------------------

local LOOK <const> = {{"interpolation", default = "nearest", known = arguments.SAMPLED}, {"fill"}}
local LOOK_MIXED <const> = {{"interpolation", default = "bilinear", known = arguments.SAMPLED}, LOOK[2]}

-- A class that changes the one image of a sample.
local function augmentation(name, parameters, look, list, setup)
  local all = table.move(parameters, 1, #parameters, 1, {})
  table.move(look, 1, #look, #all + 1, all)
  local shown = {"interpolation", "fill"}
  for i, parameter in ipairs(parameters) do shown[2 + i] = parameter[1] end
  local class = define(name, all, {random = true, show = shown, kinds = {Image = true, Video = true, Tensor = true},
    setup = function(self)
      checks.fill(self)
      if setup then setup(self) end
    end})
  class._AUGMENTATION_SPACE = list
  function class:check_inputs(leaves)
    local pictures = 0
    for _ in pairs(sample.chosen(leaves, class._kinds)) do pictures = pictures + 1 end
    for _, kind in ipairs {"BoundingBoxes", "Mask", "KeyPoints"} do
      if sample.first(leaves, kind) then options.raise(("%s: not for a sample with %s"):format(name, kind)) end
    end
    if pictures ~= 1 then options.raise(("%s: expected a sample with one image, got %d"):format(name, pictures)) end
  end
  automatic[name] = class
  return class
end

-- One operation at a magnitude.
local function operate(self, x, name, magnitude, interpolation, fill)
  return OPERATIONS[name](self, x, magnitude or 0, {interpolation = interpolation or self.interpolation, fill = fill})
end

-- The magnitude of an operation, the at-th (from 0), with a sign.
local function magnitude_of(self, item, bins, at, x)
  local list = item[2](bins, x:size(-2), x:size(-1))
  if list == nil then return 0 end
  local value = list[at + 1]
  return item[3] and self:_uniform(0, 1) <= 0.5 and -value or value
end

-- An operation of the list, by its magnitude.
local function operate_at(self, x, item, bins, at)
  local magnitude = magnitude_of(self, item, bins, at, x)
  return operate(self, x, item[1], magnitude, self.interpolation, checks.fill_of(self, sample.kind(x)))
end

local function drawn(self, list) return list[self:_integer(1, #list + 1)] end

-- The policies ----------------------------------------------------------------------------------------------

--- torchvision.transforms.v2.AutoAugment({policy: string = "imagenet", interpolation: string = "nearest", fill: any =
-- nil, generator: generator = nil}): One of the 25 pairs of operations that were found for "imagenet", "cifar10" or
-- "svhn" (Cubuk et al. 2019). For images of bytes.
-- Example: torchvision.transforms.v2.AutoAugment()(torch.zeros(3, 8, 8, {dtype = "uint8"})).shape
local AutoAugment = augmentation("AutoAugment", {{"policy", default = "imagenet"}}, LOOK, AUTO, function(self)
  if policies[self.policy] == nil then
    options.wrong("AutoAugment", "policy", 1, '"imagenet", "cifar10" or "svhn"', self.policy)
  end
end)
local AUTO_BY_NAME <const> = {}
for _, item in ipairs(AUTO) do AUTO_BY_NAME[item[1]] = item end
function AutoAugment:transform(x)
  for _, step in ipairs(drawn(self, policies[self.policy])) do
    if self:_uniform(0, 1) <= step[2] then x = operate_at(self, x, AUTO_BY_NAME[step[1]], 10, step[3] or 0) end
  end
  return x
end

local function check_bins(self)
  if self.magnitude and self.magnitude >= self.num_magnitude_bins then
    options.wrong(self._name, "magnitude", 2, ("an integer from 0 to %d"):format(self.num_magnitude_bins - 1),
      self.magnitude)
  elseif self.num_magnitude_bins < 2 then
    options.wrong(self._name, "num_magnitude_bins", nil, "an integer, 2 or more", self.num_magnitude_bins)
  end
end

--- torchvision.transforms.v2.RandAugment({num_ops: int = 2, magnitude: int = 9, num_magnitude_bins: int = 31,
-- interpolation: string = "nearest", fill: any = nil, generator: generator = nil}): num_ops operations of 14, each
-- drawn anew, at one magnitude (Cubuk et al. 2020).
-- Example: torchvision.transforms.v2.RandAugment()(torch.zeros(3, 8, 8, {dtype = "uint8"})).shape
local RandAugment = augmentation("RandAugment", {{"num_ops", kind = "count", default = 2},
  {"magnitude", kind = "count", default = 9}, {"num_magnitude_bins", kind = "positive", default = 31}}, LOOK, RANDOM,
  check_bins)
function RandAugment:transform(x)
  for _ = 1, self.num_ops do
    x = operate_at(self, x, drawn(self, RANDOM), self.num_magnitude_bins, self.magnitude)
  end
  return x
end

--- torchvision.transforms.v2.TrivialAugmentWide({num_magnitude_bins: int = 31, interpolation: string = "nearest", fill:
-- any = nil, generator: generator = nil}): One operation of 14 at a random magnitude (Müller and Hutter 2021).
-- Example: torchvision.transforms.v2.TrivialAugmentWide()(torch.zeros(3, 8, 8, {dtype = "uint8"})).shape
local TrivialAugmentWide = augmentation("TrivialAugmentWide", {
  {"num_magnitude_bins", kind = "positive", default = 31}}, LOOK, TRIVIAL, check_bins)
function TrivialAugmentWide:transform(x)
  return operate_at(self, x, drawn(self, TRIVIAL), self.num_magnitude_bins, self:_integer(0, self.num_magnitude_bins))
end

--- torchvision.transforms.v2.AugMix({severity: int = 3, mixture_width: int = 3, chain_depth: int = -1, alpha: float
-- = 1, all_ops: bool = true, interpolation: string = "bilinear", fill: any = nil, generator: generator = nil}): The
-- image mixed with mixture_width others of it, each after chain_depth operations (1 to 3, where that is not
-- positive) of a magnitude below severity (Hendrycks et al. 2020). all_ops: those of colours as well.
-- Example: torchvision.transforms.v2.AugMix()(torch.zeros(3, 8, 8, {dtype = "uint8"})).shape
local AugMix = augmentation("AugMix", {{"severity", kind = "positive", default = 3},
  {"mixture_width", kind = "positive", default = 3}, {"chain_depth", kind = "integer", default = -1},
  {"alpha", kind = "number", default = 1.0}, {"all_ops", kind = "boolean", default = true}}, LOOK_MIXED, MIXED_ALL,
  function(self)
    if self.severity > 10 then options.wrong("AugMix", "severity", 1, "an integer from 1 to 10", self.severity) end
    if not (self.alpha > 0) then options.wrong("AugMix", "alpha", 4, "a positive number", self.alpha) end
  end)

-- Shares that add up to 1, for each image of the batch.
local function shares(self, batch, n)
  return torch._sample_dirichlet(torch.full({batch, n}, self.alpha), self.generator)
end

local function chain(self, x, list)
  local depth = self.chain_depth > 0 and self.chain_depth or self:_integer(1, 4)
  for _ = 1, depth do
    local item = drawn(self, list)
    x = operate_at(self, x, item, 10, self:_integer(0, self.severity))
  end
  return x
end

function AugMix:transform(x)
  local ndim = sample.kind(x) == "Video" and 5 or 4
  local batch = x
  for _ = x.ndim + 1, ndim do batch = batch:unsqueeze(1) end
  local n, shape = batch:size(1), {}
  for d = 1, batch.ndim do shape[d] = d == 1 and n or 1 end
  local own, list = shares(self, n, 2), self.all_ops and MIXED_ALL or MIXED
  local others = shares(self, n, self.mixture_width) * own:narrow(2, 2, 1)
  local mix = own:select(2, 1):reshape(shape) * batch
  for i = 1, self.mixture_width do
    mix = mix + others:select(2, i):reshape(shape) * chain(self, batch, list)
  end
  return tv_tensors._wrap(mix:reshape(x.shape):to(x.dtype), x)
end

for _, class in ipairs {AutoAugment, RandAugment, TrivialAugmentWide, AugMix} do
  class._apply_image_or_video_transform = operate
end

return automatic
