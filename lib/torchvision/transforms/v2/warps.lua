-- Transforms that read images at other places: rotations, affine maps, perspectives, bent images; and crops that keep
-- boxes.
local torch = require "torch"
local options = require "torch.utils.options"
local ops = require "torchvision.ops.boxes"
local arguments = require "torchvision.transforms.v2.functional.arguments"
local forms = require "torchvision.transforms.v2.functional.forms"
local maps = require "torchvision.transforms.v2.functional.maps"
local pixels = require "torchvision.transforms.v2.functional.pixels"
local tv_tensors = require "torchvision.tv_tensors"
local checks = require "torchvision.transforms.v2.checks"
local define = require "torchvision.transforms.v2.define"
local sample = require "torchvision.transforms.v2.sample"

local warps = {}

local NEAREST <const> = {"interpolation", default = "nearest", known = arguments.SAMPLED}
local BILINEAR <const> = {"interpolation", default = "bilinear", known = arguments.SAMPLED}
local FILL <const> = {"fill", default = 0}
local CENTER <const> = {"center", tuple = true}

--- torchvision.transforms.v2.RandomRotation(degrees: floats, {interpolation: string = "nearest", expand: bool = false,
-- center: reals = nil, fill: any = 0, generator: generator = nil}): Rotated, counter-clockwise, by an angle drawn from
-- {low, high}, or from minus to plus `degrees`. expand: the result is as large as the whole rotated image.
-- Example: torchvision.transforms.v2.RandomRotation({90, 90})(torch.arange(4):reshape(1, 2, 2))
warps.RandomRotation = define("RandomRotation", {{"degrees", required = true}, NEAREST,
  {"expand", kind = "boolean", default = false}, CENTER, FILL}, {random = true, setup = function(self)
    checks.angles(self, "degrees", {[2] = true})
    checks.center(self)
    checks.fill(self)
  end})
function warps.RandomRotation:make_params() return {angle = self:_uniform(self.degrees[1], self.degrees[2])} end
function warps.RandomRotation:transform(x, params)
  return self:_apply("rotate", x, {angle = params.angle, interpolation = self.interpolation, expand = self.expand,
    center = self.center, fill = checks.fill_of(self, sample.kind(x))})
end

--- torchvision.transforms.v2.RandomAffine(degrees: floats, {translate: reals = nil, scale: reals = nil, shear: floats =
-- nil, interpolation: string = "nearest", fill: any = 0, center: reals = nil, generator: generator = nil}): Rotated by
-- an angle drawn from {low, high}, or from minus to plus `degrees`; moved by at most translate times the width and the
-- height; scaled by a factor of the range `scale`; sheared by an angle along x of the range `shear`, and along y of its
-- third and fourth numbers.
-- Example: torchvision.transforms.v2.RandomAffine(0, {scale = {2, 2}})(torch.ones(1, 4, 4))
warps.RandomAffine = define("RandomAffine", {{"degrees", required = true}, {"translate", tuple = true},
  {"scale", tuple = true}, {"shear"}, NEAREST, FILL, CENTER}, {random = true, setup = function(self)
    checks.angles(self, "degrees", {[2] = true})
    if self.translate then
      self.translate = arguments.numbers("RandomAffine", "translate", nil, self.translate, 2)
      for _, share in ipairs(self.translate) do
        if not (share >= 0 and share <= 1) then
          options.wrong("RandomAffine", "translate", nil, "two numbers from 0 to 1", share)
        end
      end
    end
    checks.range(self, "scale", 1e-6, math.huge)
    checks.angles(self, "shear", {[2] = true, [4] = true})
    checks.center(self)
    checks.fill(self)
  end})
function warps.RandomAffine:make_params(parts)
  local h, w = sample.size("RandomAffine", parts)
  local angle, translate, scale, shear = self:_uniform(self.degrees[1], self.degrees[2]), {0, 0}, 1, {0, 0}
  if self.translate then
    for axis, size in ipairs {w, h} do
      local most = self.translate[axis] * size
      translate[axis] = arguments.round(self:_uniform(-most, most))
    end
  end
  if self.scale then scale = self:_uniform(self.scale[1], self.scale[2]) end
  for axis = 1, self.shear and #self.shear // 2 or 0 do
    shear[axis] = self:_uniform(self.shear[2 * axis - 1], self.shear[2 * axis])
  end
  return {angle = angle, translate = translate, scale = scale, shear = shear}
end
function warps.RandomAffine:transform(x, params)
  return self:_apply("affine", x, {angle = params.angle, translate = params.translate, scale = params.scale,
    shear = params.shear, interpolation = self.interpolation, fill = checks.fill_of(self, sample.kind(x)),
    center = self.center})
end

--- torchvision.transforms.v2.RandomPerspective({distortion_scale: float = 0.5, p: float = 0.5, interpolation: string =
-- "bilinear", fill: any = 0, generator: generator = nil}): A perspective that moves each corner into the image by at
-- most distortion_scale halves of the edges, with probability p.
-- Example: torchvision.transforms.v2.RandomPerspective(0.5, 1)(torch.rand(3, 8, 8)).shape
warps.RandomPerspective = define("RandomPerspective", {{"distortion_scale", kind = "number", default = 0.5},
  {"p", kind = "number", default = 0.5}, BILINEAR, FILL}, {random = true,
  show = {"p", "distortion_scale", "interpolation", "fill"}, setup = function(self)
    if not (self.distortion_scale >= 0 and self.distortion_scale <= 1) then
      options.wrong("RandomPerspective", "distortion_scale", 1, "a number from 0 to 1", self.distortion_scale)
    end
    checks.fill(self)
  end})
function warps.RandomPerspective:_happens() return self:_uniform(0, 1) < self.p end
function warps.RandomPerspective:make_params(parts)
  local h, w = sample.size("RandomPerspective", parts)
  local dx = math.floor(self.distortion_scale * (w // 2)) + 1
  local dy = math.floor(self.distortion_scale * (h // 2)) + 1
  local function corner(right, low)
    return {right and self:_integer(w - dx, w) or self:_integer(0, dx),
      low and self:_integer(h - dy, h) or self:_integer(0, dy)}
  end
  local from = {{0, 0}, {w - 1, 0}, {w - 1, h - 1}, {0, h - 1}}
  local to = {corner(false, false), corner(true, false), corner(true, true), corner(false, true)}
  return {coefficients = maps.perspective(from, to)}
end
function warps.RandomPerspective:transform(x, params)
  return self:_apply("perspective", x, {coefficients = params.coefficients, interpolation = self.interpolation,
    fill = checks.fill_of(self, sample.kind(x))})
end

--- torchvision.transforms.v2.ElasticTransform({alpha: floats = 50, sigma: floats = 5, interpolation: string =
-- "bilinear", fill: any = 0, generator: generator = nil}): Bent as if seen through water: random displacements of at
-- most alpha pixels, blurred by sigma; arrays of two are for x and y.
-- Example: torchvision.transforms.v2.ElasticTransform({sigma = 1})(torch.rand(3, 16, 16)).shape
warps.ElasticTransform = define("ElasticTransform", {{"alpha", default = 50.0}, {"sigma", default = 5.0}, BILINEAR,
  FILL}, {random = true, setup = function(self)
    checks.two(self, "alpha")
    checks.two(self, "sigma")
    if self.sigma[1] < 0 or self.sigma[2] < 0 then
      options.wrong("ElasticTransform", "sigma", 2, "numbers, 0 or more", self.sigma)
    end
    checks.fill(self)
  end})
function warps.ElasticTransform:make_params(parts)
  local h, w = sample.size("ElasticTransform", parts)
  local drawn = {}
  for axis, edge in ipairs {w, h} do
    local d = torch.rand({1, 1, h, w}, self.generator and {generator = self.generator} or {}) * 2 - 1
    local sigma = self.sigma[axis]
    if sigma > 0 then
      local n = math.floor(8 * sigma + 1)
      n = n % 2 == 0 and n + 1 or n
      d = pixels.gaussian_blur(d, {n, n}, self.sigma)
    end
    drawn[axis] = d * (self.alpha[axis] / edge)
  end
  return {displacement = torch.cat(drawn, 2):permute(1, 3, 4, 2):contiguous()}
end
function warps.ElasticTransform:transform(x, params)
  return self:_apply("elastic", x, {displacement = params.displacement, interpolation = self.interpolation,
    fill = checks.fill_of(self, sample.kind(x))})
end

--- torchvision.transforms.v2.RandomIoUCrop({min_scale: float = 0.3, max_scale: float = 1, min_aspect_ratio: float =
-- 0.5, max_aspect_ratio: float = 2, sampler_options: floats = nil, trials: int = 40, generator: generator = nil}):
-- A part of the image that holds the centre of a box and overlaps one by at least a share drawn from
-- sampler_options; 1 and more stand for the whole image. The other boxes become 0, for SanitizeBoundingBoxes to
-- leave out.
-- Example:
--     local tv, T = torchvision.tv_tensors, torchvision.transforms.v2
--     local boxes = tv.BoundingBoxes({{1, 1, 7, 7}}, "XYXY", {8, 8})
--     return T.RandomIoUCrop({sampler_options = {1}})(tv.Image(torch.rand(3, 8, 8)), boxes)
warps.RandomIoUCrop = define("RandomIoUCrop", {{"min_scale", kind = "number", default = 0.3},
  {"max_scale", kind = "number", default = 1.0}, {"min_aspect_ratio", kind = "number", default = 0.5},
  {"max_aspect_ratio", kind = "number", default = 2.0},
  {"sampler_options", kind = "table", default = {0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0}},
  {"trials", kind = "positive", default = 40}}, {random = true, show = {"min_scale", "max_scale", "min_aspect_ratio",
  "max_aspect_ratio", "options", "trials"}, setup = function(self)
    self.options = arguments.items(self.sampler_options)
    if not self.options then
      options.wrong("RandomIoUCrop", "sampler_options", 5, "an array of numbers", self.sampler_options)
    end
  end})
function warps.RandomIoUCrop:check_inputs(leaves)
  local picture = false
  for i = 1, leaves.n do picture = picture or sample.is_picture(leaves[i]) end
  if not picture or not sample.first(leaves, "BoundingBoxes") then
    options.raise "RandomIoUCrop: expected a sample with an image and bounding boxes"
  end
end

-- A part of a size within the limits; nil: none this time.
local function random_part(self, h, w)
  local function draw(n) return math.floor(n * self:_uniform(self.min_scale, self.max_scale)) end
  local width, height = draw(w), draw(h)
  local ratio = height > 0 and width / height or 0
  if width == 0 or not (ratio >= self.min_aspect_ratio and ratio <= self.max_aspect_ratio) then return nil end
  local left, top = math.floor((w - width) * self:_uniform(0, 1)), math.floor((h - height) * self:_uniform(0, 1))
  return {top = top, left = left, height = height, width = width}
end

-- Which boxes {x1, y1, x2, y2} have their centres in the part; nil: none, or none that overlaps enough.
local function boxes_within(part, boxes, least)
  local x1, y1, x2, y2 = table.unpack(boxes:unbind(-1))
  local cx, cy, right, bottom = (x1 + x2) / 2, (y1 + y2) / 2, part.left + part.width, part.top + part.height
  local within = cx:gt(part.left):logical_and(cx:lt(right)):logical_and(cy:gt(part.top)):logical_and(cy:lt(bottom))
  if not within:any():item() then return nil end
  local frame = torch.tensor({{part.left, part.top, right, bottom}}, {dtype = boxes.dtype})
  return ops.box_iou(boxes[within], frame:to(boxes.device)):max():item() >= least and within or nil
end

function warps.RandomIoUCrop:make_params(parts)
  local h, w = sample.size("RandomIoUCrop", parts)
  local boxes = sample.first(parts, "BoundingBoxes")
  local corners = forms.corners(boxes, boxes.format)
  corners = torch.cat({corners:amin(2), corners:amax(2)}, 2)
  while true do
    local least = self.options[self:_integer(1, #self.options + 1)]
    if least >= 1 then return {} end
    for _ = 1, self.trials do
      local part = random_part(self, h, w)
      local within = part and boxes_within(part, corners, least)
      if within then
        part.within = within
        return part
      end
    end
    if #corners == 0 then return {} end -- no part can hold a box
  end
end
function warps.RandomIoUCrop:transform(x, params)
  if params.top == nil then return x end
  local out = self:_apply("crop", x, {top = params.top, left = params.left, height = params.height,
    width = params.width})
  if sample.kind(out) ~= "BoundingBoxes" then return out end
  return tv_tensors._wrap(out * params.within:unsqueeze(2):to(out.dtype), out)
end

return warps
