-- Transforms of values: dtypes, ranges, erased parts, what a picture is made from.
local torch = require "torch"
local options = require "torch.utils.options"
local tv_tensors = require "torchvision.tv_tensors"
local arguments = require "torchvision.transforms.v2.functional.arguments"
local pixels = require "torchvision.transforms.v2.functional.pixels"
local checks = require "torchvision.transforms.v2.checks"
local define = require "torchvision.transforms.v2.define"
local sample = require "torchvision.transforms.v2.sample"

local values = {}

local PICTURES <const> = {Image = true, Video = true, Tensor = true}

-- Dtypes ------------------------------------------------------------------------------------------

--- torchvision.transforms.v2.ToDtype(dtype: any, {scale: bool = false}): Images and videos of another dtype. With
-- scale their values go from the range of the old one to that of the new one: 0 to 255 of uint8, 0 to 1 of floats.
-- Instead of a dtype a table says which one for which kind: {Image = torch.float32, Mask = torch.int64, others =
-- …}.
-- Example:
--     local to_float = torchvision.transforms.v2.ToDtype(torch.float32, {scale = true})
--     return to_float(torch.full({1, 1, 1}, 255, {dtype = "uint8"}))
values.ToDtype = define("ToDtype", {{"dtype"}, {"scale", kind = "boolean", default = false}}, {show = {"scale"}})
local init = values.ToDtype.__init

function values.ToDtype:__init(dtype, ...)
  local by_kind = options.is_named(dtype) and dtype.dtype == nil and next(dtype) ~= nil
  if not by_kind then
    init(self, dtype, ...)
    if self.dtype == nil then options.wrong("ToDtype", "dtype", 1, "a dtype, or a table of them by kind", dtype) end
  else
    init(self, nil, ...)
    self.dtype = dtype
  end
  if type(self.dtype) ~= "table" then
    self.dtype = pixels._dtype_of("ToDtype", 1, self.dtype)
    return
  end
  local map = {}
  for kind, item in pairs(self.dtype) do map[kind] = pixels._dtype_of("ToDtype", 1, item) end
  self.dtype = map
end

function values.ToDtype:transform(x)
  local kind, dtype = sample.kind(x), self.dtype
  if type(dtype) == "table" then dtype = dtype[kind] or dtype.others
  elseif not PICTURES[kind] then return x end
  if dtype == nil then return x end
  return self:_apply("to_dtype", x, {dtype = dtype, scale = self.scale})
end

--- torchvision.transforms.v2.ConvertImageDtype(dtype: dtype = torch.float32): ToDtype with scale.
-- Example: torchvision.transforms.v2.ConvertImageDtype("float32")(torch.full({1, 1, 1}, 255, {dtype = "uint8"}))
values.ConvertImageDtype = define("ConvertImageDtype", {{"dtype", default = torch.float32}}, {kinds = PICTURES,
  setup = function(self) self.dtype = pixels._dtype_of("ConvertImageDtype", 1, self.dtype) end})
function values.ConvertImageDtype:transform(x)
  return self:_apply("to_dtype", x, {dtype = self.dtype, scale = true})
end

-- Kinds -------------------------------------------------------------------------------------------------

local PLAIN <const> = {Tensor = true}

--- torchvision.transforms.v2.ToTensor(): An image of bytes in floats from 0 to 1. (ToImage and ToDtype do the same in
-- two steps, and leave masks and boxes alone.)
-- Example: torchvision.transforms.v2.ToTensor()(torch.full({1, 1, 1}, 255, {dtype = "uint8"}))
values.ToTensor = define("ToTensor", {}, {kinds = {Tensor = true, Image = true}})
function values.ToTensor:transform(x) return pixels.to_tensor(x) end

--- torchvision.transforms.v2.PILToTensor(): An image as files are read, with its channels; it is a tensor already.
-- Example: torchvision.transforms.v2.PILToTensor()(torch.zeros(2, 2)).shape
values.PILToTensor = define("PILToTensor", {}, {kinds = PLAIN})
function values.PILToTensor:transform(x) return pixels.pil_to_tensor(x) end

--- torchvision.transforms.v2.ToImage(): A plain tensor as a torchvision.tv_tensors.Image.
-- Example: torchvision.transforms.v2.ToImage()(torch.zeros(2, 2)).shape
values.ToImage = define("ToImage", {}, {kinds = PLAIN})
function values.ToImage:transform(x) return pixels.to_image(x) end

--- torchvision.transforms.v2.ToPILImage(): An image in bytes, as files hold it: floats from 0 to 1 become 0 to 255.
-- Example: torchvision.transforms.v2.ToPILImage()(torch.ones(1, 1, 1))
values.ToPILImage = define("ToPILImage", {}, {kinds = {Tensor = true, Image = true}})
function values.ToPILImage:transform(x) return pixels.to_pil_image(x) end

--- torchvision.transforms.v2.ToPureTensor(): Images, boxes and the like as plain tensors.
-- Example: torchvision.transforms.v2.ToPureTensor()(torchvision.tv_tensors.Mask(torch.eye(2)))
values.ToPureTensor = define("ToPureTensor", {}, {kinds = {Image = true, Video = true, Mask = true,
  BoundingBoxes = true, KeyPoints = true}})
function values.ToPureTensor:transform(x) return x:view(x.shape) end

-- Normalised -------------------------------------------------------------------------------------------------

--- torchvision.transforms.v2.Normalize(mean: floats, std: floats, {inplace: bool = false}): (x - mean) / std of each
-- channel of a floating-point image.
-- Example: torchvision.transforms.v2.Normalize({0.5}, {0.25})(torch.ones(1, 1, 2))
values.Normalize = define("Normalize", {{"mean", required = true}, {"std", required = true},
  {"inplace", kind = "boolean", default = false}}, {setup = function(self)
    for i, field in ipairs {"mean", "std"} do
      local list = arguments.items(self[field])
      if not list then options.wrong("Normalize", field, i, "an array of numbers", self[field]) end
      self[field] = list
    end
    for _, value in ipairs(self.std) do
      if value == 0 then options.raise "Normalize: 'std' (argument 2): expected no 0" end
    end
  end})
function values.Normalize:transform(x)
  return self:_apply("normalize", x, {mean = self.mean, std = self.std, inplace = self.inplace})
end

--- torchvision.transforms.v2.LinearTransformation(transformation_matrix: Tensor, mean_vector: Tensor): (x - mean) M of
-- all pixels of an image as one row, as for whitening: the matrix is D×D, the mean D, where D = C·H·W.
-- Example: torchvision.transforms.v2.LinearTransformation(torch.eye(4) * 2, torch.ones(4))(torch.ones(1, 2, 2))
values.LinearTransformation = define("LinearTransformation", {
  {"transformation_matrix", kind = "tensor", required = true}, {"mean_vector", kind = "tensor", required = true}},
  {kinds = PICTURES, setup = function(self)
    local m, v = self.transformation_matrix, self.mean_vector
    if m.ndim ~= 2 or m:size(1) ~= m:size(2) then
      options.wrong("LinearTransformation", "transformation_matrix", 1, "a square matrix", m)
    end
    if v.ndim ~= 1 or #v ~= m:size(1) or v.dtype ~= m.dtype then
      options.wrong("LinearTransformation", "mean_vector", 2, ("%d numbers of the matrix's dtype"):format(m:size(1)), v)
    end
  end})
function values.LinearTransformation:transform(x)
  local n = #self.mean_vector
  if x.ndim < 3 or x:size(-3) * x:size(-2) * x:size(-1) ~= n then
    options.wrong("LinearTransformation", "inpt", 1, ("an image of %d values"):format(n), x)
  end
  local rows = x:reshape(-1, n) - self.mean_vector
  local out = rows:mm(self.transformation_matrix:to(rows.dtype)):reshape(x.shape)
  return tv_tensors._wrap(out, x)
end
function values.LinearTransformation:extra_repr() return "" end

-- Erased -----------------------------------------------------------------------------------------------------------

--- torchvision.transforms.v2.RandomErasing({p: float = 0.5, scale: reals = {0.02, 0.33}, ratio: reals = {0.3, 3.3},
-- value: any = 0, inplace: bool = false, generator: generator = nil}): A rectangle anywhere in the image erased,
-- with probability p: of a share of its area drawn from `scale` and a ratio drawn from `ratio`. value: a number,
-- one a channel, or "random" for noise.
-- Example: torchvision.transforms.v2.RandomErasing({p = 1, value = 7})(torch.ones(3, 8, 8)).shape
values.RandomErasing = define("RandomErasing", {{"p", kind = "number", default = 0.5},
  {"scale", default = {0.02, 0.33}, tuple = true}, {"ratio", default = {0.3, 3.3}, tuple = true},
  {"value", default = 0.0}, {"inplace", kind = "boolean", default = false}}, {random = true, setup = function(self)
    checks.range(self, "scale", 0, 1)
    checks.range(self, "ratio", 1e-6, math.huge)
    if self.value == "random" then return end
    local list = arguments.items(self.value)
    if not list then
      options.wrong("RandomErasing", "value", 4, 'a number, an array of numbers, or "random"', self.value)
    end
    for i, item in ipairs(list) do list[i] = item + 0.0 end
    self.value = list
  end})
function values.RandomErasing:_happens() return self:_uniform(0, 1) < self.p end

-- What is put there.
local function erasing_value(self, channels, h, w)
  if self.value == "random" then
    return torch.randn({channels, h, w}, self.generator and {generator = self.generator} or {})
  end
  local list = arguments.items(self.value)
  if #list ~= 1 and #list ~= channels then
    local words = ("a number or an array of %d, one a channel"):format(channels)
    options.wrong("RandomErasing", "value", 4, words, self.value)
  end
  return torch.tensor(list):reshape(-1, 1, 1)
end

function values.RandomErasing:make_params(parts)
  local channels, h, w = sample.dimensions("RandomErasing", parts)
  for _ = 1, 10 do
    local area = h * w * self:_uniform(self.scale[1], self.scale[2])
    local ratio = math.exp(self:_uniform(math.log(self.ratio[1]), math.log(self.ratio[2])))
    local height, width = arguments.round(math.sqrt(area * ratio)), arguments.round(math.sqrt(area / ratio))
    if height < h and width < w then
      local value = erasing_value(self, channels, height, width)
      return {i = self:_integer(0, h - height + 1), j = self:_integer(0, w - width + 1), h = height, w = width,
        v = value}
    end
  end
  return {}
end
function values.RandomErasing:transform(x, params)
  if params.v == nil then return x end
  return self:_apply("erase", x, {i = params.i, j = params.j, h = params.h, w = params.w, v = params.v,
    inplace = self.inplace})
end

-- Others --------------------------------------------------------------------------------------------------------------

--- torchvision.transforms.v2.UniformTemporalSubsample(num_samples: int): So many frames of a video
-- (…×T×C×H×W), evenly from the first to the last.
-- Example: torchvision.transforms.v2.UniformTemporalSubsample(2)(torch.zeros(8, 3, 2, 2)).shape
values.UniformTemporalSubsample = define("UniformTemporalSubsample", {
  {"num_samples", kind = "positive", required = true}}, {kinds = PICTURES})
function values.UniformTemporalSubsample:transform(x)
  return self:_apply("uniform_temporal_subsample", x, {num_samples = self.num_samples})
end

--- torchvision.transforms.v2.JPEG(quality: ints, {generator: generator = nil}): As if written to a JPEG of a quality
-- drawn from {low, high} (1 to 100) and read again: of images of bytes.
values.JPEG = define("JPEG", {{"quality", required = true}}, {random = true, setup = function(self)
  local list = arguments.items(self.quality) or {}
  local low, high = options.integer(list[1]), options.integer(list[2] or list[1])
  if not (low and high and low >= 1 and low <= high and high <= 100 and #list <= 2) then
    options.wrong("JPEG", "quality", 1, "an integer from 1 to 100, or {low, high}", self.quality)
  end
  self.quality = {low, high}
end})
function values.JPEG:make_params() return {quality = self:_integer(self.quality[1], self.quality[2] + 1)} end
function values.JPEG:transform(x, params) return self:_apply("jpeg", x, {quality = params.quality}) end

return values
