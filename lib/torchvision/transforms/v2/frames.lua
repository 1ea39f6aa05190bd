-- Transforms that change the frame of images: sizes, crops, borders, mirror images.
local options = require "torch.utils.options"
local arguments = require "torchvision.transforms.v2.functional.arguments"
local checks = require "torchvision.transforms.v2.checks"
local define = require "torchvision.transforms.v2.define"
local sample = require "torchvision.transforms.v2.sample"

local frames = {}

local SIZE <const> = {"size", required = true}
local INTERPOLATION <const> = {"interpolation", default = "bilinear"}
local ANTIALIAS <const> = {"antialias", kind = "boolean", default = true}
local FILL <const> = {"fill", default = 0}
local PADDING_MODE <const> = {"padding_mode", default = "constant"}

local function copied(t) return table.move(t, 1, #t, 1, {}) end

--- torchvision.transforms.v2.RandomHorizontalFlip({p: float = 0.5, generator: generator = nil}): The mirror image, left
-- and right exchanged, with probability p.
-- Example: torchvision.transforms.v2.RandomHorizontalFlip(1)(torch.tensor({{{1, 2}}}))
frames.RandomHorizontalFlip = define("RandomHorizontalFlip", {}, {p = 0.5})
function frames.RandomHorizontalFlip:transform(x) return self:_apply("horizontal_flip", x, {}) end

--- torchvision.transforms.v2.RandomVerticalFlip({p: float = 0.5, generator: generator = nil}): The mirror image,
-- top and bottom exchanged, with probability p.
-- Example: torchvision.transforms.v2.RandomVerticalFlip(1)(torch.tensor({{{1}, {2}}}))
frames.RandomVerticalFlip = define("RandomVerticalFlip", {}, {p = 0.5})
function frames.RandomVerticalFlip:transform(x) return self:_apply("vertical_flip", x, {}) end

-- Sizes -------------------------------------------------------------------------------------------

--- torchvision.transforms.v2.Resize(size: ints, interpolation: string = "bilinear", {max_size: int = nil,
-- antialias: bool = true}): Resized to {height, width}; of one number the smaller edge, and the larger one in
-- proportion.
-- Example: torchvision.transforms.v2.Resize({2, 3})(torch.rand(3, 8, 8)).shape
frames.Resize = define("Resize", {{"size"}, INTERPOLATION, {"max_size", kind = "positive"}, ANTIALIAS}, {
  setup = function(self)
    if self.size == nil then
      if self.max_size then return end
      options.raise "Resize: 'size' (argument 1): expected a size, {height, width}, or nothing with 'max_size'"
    end
    arguments.size("Resize", "size", 1, self.size)
    self.size = arguments.items(self.size)
    if #self.size == 2 and self.max_size then
      options.raise "Resize: 'max_size' (argument 3): needs a 'size' of one number"
    end
  end})
function frames.Resize:transform(x)
  return self:_apply("resize", x, {size = self.size, interpolation = self.interpolation, max_size = self.max_size,
    antialias = self.antialias})
end

-- A size drawn for the sample.
local function resized(self, x, params)
  return self:_apply("resize", x, {size = params.size, interpolation = self.interpolation, antialias = self.antialias})
end

-- The size of a sample times a factor.
local function scaled(h, w, factor)
  return {size = {math.max(1, math.floor(h * factor)), math.max(1, math.floor(w * factor))}}
end

--- torchvision.transforms.v2.ScaleJitter(target_size: pair, {scale_range: reals = {0.1, 2}, interpolation: string =
-- "bilinear", antialias: bool = true, generator: generator = nil}): Resized in proportion, so that it fits into
-- target_size times a factor drawn from scale_range.
-- Example: torchvision.transforms.v2.ScaleJitter({8, 8}, {scale_range = {0.5, 0.5}})(torch.rand(3, 8, 8)).shape
frames.ScaleJitter = define("ScaleJitter", {{"target_size", required = true, tuple = true},
  {"scale_range", default = {0.1, 2.0}, tuple = true}, INTERPOLATION, ANTIALIAS}, {random = true,
  setup = function(self)
    checks.size(self, "target_size")
    checks.range(self, "scale_range", 0, math.huge)
  end})
function frames.ScaleJitter:make_params(parts)
  local h, w = sample.size("ScaleJitter", parts)
  local scale = self:_uniform(self.scale_range[1], self.scale_range[2])
  return scaled(h, w, math.min(self.target_size[2] / h, self.target_size[1] / w) * scale)
end
frames.ScaleJitter.transform = resized

--- torchvision.transforms.v2.RandomShortestSize(min_size: ints, {max_size: int = nil, interpolation: string =
-- "bilinear", antialias: bool = true, generator: generator = nil}): Resized in proportion, so that the smaller edge
-- has one of the sizes in min_size, and the larger one at most max_size.
-- Example: torchvision.transforms.v2.RandomShortestSize({4, 4})(torch.rand(3, 8, 16)).shape
frames.RandomShortestSize = define("RandomShortestSize", {{"min_size", required = true},
  {"max_size", kind = "positive"}, INTERPOLATION, ANTIALIAS}, {random = true, setup = function(self)
    local list = arguments.items(self.min_size) or {0}
    for i, size in ipairs(list) do
      list[i] = options.integer(size)
      if not list[i] or list[i] < 1 then
        options.wrong("RandomShortestSize", "min_size", 1, "a size or an array of sizes", self.min_size)
      end
    end
    self.min_size = list
  end})
function frames.RandomShortestSize:make_params(parts)
  local h, w = sample.size("RandomShortestSize", parts)
  local factor = self.min_size[self:_integer(1, #self.min_size + 1)] / math.min(h, w)
  if self.max_size then factor = math.min(factor, self.max_size / math.max(h, w)) end
  return scaled(h, w, factor)
end
frames.RandomShortestSize.transform = resized

--- torchvision.transforms.v2.RandomResize(min_size: int, max_size: int, {interpolation: string = "bilinear",
-- antialias: bool = true, generator: generator = nil}): Resized in proportion, so that the smaller edge has a size
-- from min_size to max_size - 1.
-- Example: torchvision.transforms.v2.RandomResize(4, 5)(torch.rand(3, 8, 16)).shape
frames.RandomResize = define("RandomResize", {{"min_size", kind = "positive", required = true},
  {"max_size", kind = "positive", required = true}, INTERPOLATION, ANTIALIAS}, {random = true, setup = function(self)
    if self.min_size >= self.max_size then
      options.wrong("RandomResize", "max_size", 2, "more than min_size", self.max_size)
    end
  end})
function frames.RandomResize:make_params() return {size = {self:_integer(self.min_size, self.max_size)}} end
frames.RandomResize.transform = resized

-- Crops ------------------------------------------------------------------------------------------------

--- torchvision.transforms.v2.CenterCrop(size: ints): The part of the size, or {height, width}, in the middle; a smaller
-- image gets borders of 0.
-- Example: torchvision.transforms.v2.CenterCrop(2)(torch.rand(3, 8, 8)).shape
frames.CenterCrop = define("CenterCrop", {{"size", required = true, tuple = true}}, {
  setup = function(self) checks.size(self, "size") end})
function frames.CenterCrop:transform(x) return self:_apply("center_crop", x, {output_size = self.size}) end

local function several(name)
  return function(self, leaves)
    for _, kind in ipairs {"BoundingBoxes", "Mask"} do
      if sample.first(leaves, kind) then options.raise(("%s: not for a sample with %s"):format(name, kind)) end
    end
  end
end

--- torchvision.transforms.v2.FiveCrop(size: ints): An array of the five parts of this size in the corners and in the
-- middle.
-- Example: #torchvision.transforms.v2.FiveCrop(2)(torch.rand(3, 8, 8))
frames.FiveCrop = define("FiveCrop", {{"size", required = true, tuple = true}}, {
  setup = function(self) checks.size(self, "size") end})
frames.FiveCrop.check_inputs = several "FiveCrop"
function frames.FiveCrop:transform(x)
  if not sample.is_picture(x) then return x end
  return {self:_apply("five_crop", x, {size = self.size})}
end

--- torchvision.transforms.v2.TenCrop(size: ints, {vertical_flip: bool = false}): An array of the parts that FiveCrop
-- gives of the image and of its mirror image.
-- Example: #torchvision.transforms.v2.TenCrop(2)(torch.rand(3, 8, 8))
frames.TenCrop = define("TenCrop", {{"size", required = true, tuple = true},
  {"vertical_flip", kind = "boolean", default = false}}, {setup = function(self) checks.size(self, "size") end})
frames.TenCrop.check_inputs = several "TenCrop"
function frames.TenCrop:transform(x)
  if not sample.is_picture(x) then return x end
  return {self:_apply("ten_crop", x, {size = self.size, vertical_flip = self.vertical_flip})}
end

--- torchvision.transforms.v2.RandomCrop(size: ints, {padding: ints = nil, pad_if_needed: bool = false, fill: any = 0,
-- padding_mode: string = "constant", generator: generator = nil}): A part of this size anywhere in the image, which may
-- get borders before; pad_if_needed: where it is smaller than the part.
-- Example: torchvision.transforms.v2.RandomCrop(4, {padding = 2})(torch.rand(3, 4, 4)).shape
frames.RandomCrop = define("RandomCrop", {{"size", required = true, tuple = true}, {"padding"},
  {"pad_if_needed", kind = "boolean", default = false}, FILL, PADDING_MODE}, {random = true, setup = function(self)
    checks.size(self, "size")
    if self.padding ~= nil then self.padding = {arguments.padding("RandomCrop", 2, self.padding)} end
    checks.fill(self)
    checks.padding_mode(self)
  end})

-- How many pixels an edge of n lacks for a part of `wanted`.
local function lacking(self, n, wanted) return self.pad_if_needed and math.max(wanted - n, 0) or 0 end

function frames.RandomCrop:make_params(parts)
  local h, w = sample.size("RandomCrop", parts)
  local padding = copied(self.padding or {0, 0, 0, 0})
  local height, width = self.size[1], self.size[2]
  local more_y = lacking(self, h + padding[2] + padding[4], height)
  local more_x = lacking(self, w + padding[1] + padding[3], width)
  padding = {padding[1] + more_x, padding[2] + more_y, padding[3] + more_x, padding[4] + more_y}
  h, w = h + padding[2] + padding[4], w + padding[1] + padding[3]
  if h < height or w < width then
    options.raise(("RandomCrop: the part, %d × %d, is larger than the %simage, %d × %d"):format(height, width,
      self.padding and "padded " or "", h, w))
  end
  local top = h > height and self:_integer(0, h - height + 1) or 0
  local left = w > width and self:_integer(0, w - width + 1) or 0
  local pads = padding[1] ~= 0 or padding[2] ~= 0 or padding[3] ~= 0 or padding[4] ~= 0
  return {padding = pads and padding, top = top, left = left, height = height, width = width,
    crops = h > height or w > width}
end
function frames.RandomCrop:transform(x, params)
  if params.padding then
    x = self:_apply("pad", x, {padding = params.padding, fill = checks.fill_of(self, sample.kind(x)),
      padding_mode = self.padding_mode})
  end
  if not params.crops then return x end
  return self:_apply("crop", x, {top = params.top, left = params.left, height = params.height, width = params.width})
end

--- torchvision.transforms.v2.RandomResizedCrop(size: ints, {scale: reals = {0.08, 1}, ratio: reals = {3 / 4, 4 / 3},
-- interpolation: string = "bilinear", antialias: bool = true, generator: generator = nil}): A part anywhere in the
-- image, of a share of its area drawn from `scale` and a ratio of width to height drawn from `ratio`, resized to size.
-- Example: torchvision.transforms.v2.RandomResizedCrop(4)(torch.rand(3, 16, 16)).shape
frames.RandomResizedCrop = define("RandomResizedCrop", {{"size", required = true, tuple = true},
  {"scale", default = {0.08, 1.0}, tuple = true}, {"ratio", default = {3 / 4, 4 / 3}, tuple = true}, INTERPOLATION,
  ANTIALIAS}, {random = true, setup = function(self)
    checks.size(self, "size")
    checks.range(self, "scale", 0, math.huge)
    checks.range(self, "ratio", 1e-6, math.huge)
  end})

-- The largest part in the middle whose ratio is allowed.
local function middle_part(h, w, ratio)
  local height, width = h, w
  if w / h < ratio[1] then height = arguments.round(w / ratio[1])
  elseif w / h > ratio[2] then width = arguments.round(h * ratio[2]) end
  return {top = (h - height) // 2, left = (w - width) // 2, height = height, width = width}
end

function frames.RandomResizedCrop:make_params(parts)
  local h, w = sample.size("RandomResizedCrop", parts)
  for _ = 1, 10 do
    local area = h * w * self:_uniform(self.scale[1], self.scale[2])
    local ratio = math.exp(self:_uniform(math.log(self.ratio[1]), math.log(self.ratio[2])))
    local width, height = arguments.round(math.sqrt(area * ratio)), arguments.round(math.sqrt(area / ratio))
    if width > 0 and width <= w and height > 0 and height <= h then
      return {top = self:_integer(0, h - height + 1), left = self:_integer(0, w - width + 1), height = height,
        width = width}
    end
  end
  return middle_part(h, w, self.ratio)
end
function frames.RandomResizedCrop:transform(x, params)
  return self:_apply("resized_crop", x, {top = params.top, left = params.left, height = params.height,
    width = params.width, size = self.size, interpolation = self.interpolation, antialias = self.antialias})
end

-- Borders ---------------------------------------------------------------------------------------------------

--- torchvision.transforms.v2.Pad(padding: ints, fill: any = 0, padding_mode: string = "constant"): Borders: of all
-- edges, {left and right, top and bottom}, or {left, top, right, bottom}. fill: a number, one a channel, or a table
-- of these by kind ("Image", "Mask", …, "others"). padding_mode: "constant", "edge", "reflect" or "symmetric".
-- Example: torchvision.transforms.v2.Pad({1, 0}, 7)(torch.ones(1, 1, 2))
frames.Pad = define("Pad", {{"padding", required = true}, FILL, PADDING_MODE}, {setup = function(self)
  arguments.padding("Pad", 1, self.padding)
  checks.fill(self)
  checks.padding_mode(self)
end})
function frames.Pad:transform(x)
  return self:_apply("pad", x, {padding = self.padding, fill = checks.fill_of(self, sample.kind(x)),
    padding_mode = self.padding_mode})
end

--- torchvision.transforms.v2.RandomZoomOut({fill: any = 0, side_range: reals = {1, 4}, p: float = 0.5, generator:
-- generator = nil}): Borders that make the image a factor drawn from side_range larger, with the image anywhere in it.
-- Example: torchvision.transforms.v2.RandomZoomOut({side_range = {2, 2}, p = 1})(torch.ones(1, 2, 2)).shape
frames.RandomZoomOut = define("RandomZoomOut", {FILL, {"side_range", default = {1.0, 4.0}, tuple = true}}, {p = 0.5,
  setup = function(self)
    checks.fill(self)
    checks.range(self, "side_range", 1, math.huge)
  end})
function frames.RandomZoomOut:make_params(parts)
  local h, w = sample.size("RandomZoomOut", parts)
  local factor = self:_uniform(self.side_range[1], self.side_range[2])
  local height, width = math.floor(h * factor), math.floor(w * factor)
  local left, top = math.floor((width - w) * self:_uniform(0, 1)), math.floor((height - h) * self:_uniform(0, 1))
  return {padding = {left, top, width - left - w, height - top - h}}
end
function frames.RandomZoomOut:transform(x, params)
  return self:_apply("pad", x, {padding = params.padding, fill = checks.fill_of(self, sample.kind(x))})
end

return frames
