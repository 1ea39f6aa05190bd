-- Transforms of batches: samples that are mixed, and their labels.
local torch = require "torch"
local F = require "torch.nn.functional"
local options = require "torch.utils.options"
local tv_tensors = require "torchvision.tv_tensors"
local define = require "torchvision.transforms.v2.define"
local sample = require "torchvision.transforms.v2.sample"

local mixing = {}

local PARAMETERS <const> = {{"alpha", kind = "number", default = 1.0}, {"num_classes", kind = "positive"},
  {"labels_getter", default = "default"}}

local function check(self)
  if not (self.alpha > 0) then options.wrong(self._name, "alpha", 1, "a positive number", self.alpha) end
  if self.labels_getter ~= "default" and not options.is_callable(self.labels_getter) then
    options.wrong(self._name, "labels_getter", 3, '"default" or a function', self.labels_getter)
  end
end

-- A share from 0 to 1 of the distribution Beta(alpha, alpha).
local function draw_share(self)
  local a = torch.full({2}, self.alpha, {dtype = "float64"})
  return torch._sample_dirichlet(a, self.generator)[1]:item()
end

-- Labels as shares of the classes, and the number of samples.
local function check_labels(self, labels)
  if not torch.is_tensor(labels) or labels.ndim < 1 or labels.ndim > 2 then
    options.wrong(self._name, "labels", nil, "a tensor of labels (N), or of shares of the classes (N×classes)", labels)
  end
  if labels.ndim == 1 and self.num_classes == nil then
    options.raise(self._name .. ": 'num_classes' (argument 2): labels by number need it")
  end
  if labels.ndim == 2 and self.num_classes and labels:size(2) ~= self.num_classes then
    options.wrong(self._name, "labels", nil, ("labels of %d classes"):format(self.num_classes), labels)
  end
end

local function check_batch(self, x, n)
  local ndim = sample.kind(x) == "Video" and 5 or 4
  if x.ndim ~= ndim or #x ~= n then
    options.wrong(self._name, "inpt", 1, ("a batch of %d images (N×%sC×H×W), as there are labels"):format(n,
      ndim == 5 and "T×" or ""), x)
  end
end

-- Each sample and the one before it: of the first one the last.
local function mixed(x, share) return x * share + x:roll(1, 1) * (1 - share) end

local function mixed_labels(self, labels, share)
  if labels.ndim == 1 then labels = F.one_hot(labels:long(), self.num_classes) end
  return mixed(labels:is_floating_point() and labels or labels:float(), share)
end

-- The class of a mixture: `mix(x, params)` mixes images, params.share is how much of each sample stays.
local function mixture(name, mix)
  local class = define(name, PARAMETERS, {random = true, setup = check, show = {"alpha", "num_classes"}})
  function class:forward(...)
    local leaves = sample.leaves(...)
    local labels
    if self.labels_getter == "default" then labels = sample.labels(name, ...) else labels = self.labels_getter(...) end
    check_labels(self, labels)
    local chosen, parts, at = sample.chosen(leaves, {Image = true, Video = true, Tensor = true}), {}, nil
    for i = 1, leaves.n do
      if rawequal(leaves[i], labels) then at = i
      elseif chosen[i] then parts[#parts + 1] = leaves[i] end
    end
    if at == nil then options.raise(name .. ": the labels are no part of the sample") end
    if #parts == 0 then options.raise(name .. ": expected a sample with a batch of images") end
    local params = self:make_params(parts)
    params.labels = labels
    for i = 1, leaves.n do
      if i == at or chosen[i] then leaves[i] = self:transform(leaves[i], params) end
    end
    return sample.rebuilt(leaves, ...)
  end
  function class:transform(x, params)
    if rawequal(x, params.labels) then return mixed_labels(self, x, params.lam_adjusted or params.lam) end
    check_batch(self, x, #params.labels)
    return tv_tensors._wrap(mix(x, params), x)
  end
  mixing[name] = class
  return class
end

--- torchvision.transforms.v2.MixUp({alpha: float = 1, num_classes: int = nil, labels_getter: any = "default",
-- generator: generator = nil}): A batch of images of which each is mixed with the one before it, by a share drawn
-- from Beta(alpha, alpha), and so are their labels: numbers from 1 to num_classes, which become shares of the
-- classes (N×num_classes), or such shares. labels_getter: a function that gets the sample and gives the labels;
-- else they are the second part.
-- Example: torchvision.transforms.v2.MixUp({num_classes = 3})(torch.rand(2, 3, 4, 4), torch.tensor({1, 3}))
local MixUp = mixture("MixUp", function(x, params)
  local wide = x:is_floating_point() and x or x:float()
  return mixed(wide, params.lam):to(x.dtype)
end)
function MixUp:make_params() return {lam = draw_share(self)} end

--- torchvision.transforms.v2.CutMix({alpha: float = 1, num_classes: int = nil, labels_getter: any = "default",
-- generator: generator = nil}): A batch of images of which each gets a rectangle of the one before it, and its
-- labels that share of the other's: as in MixUp. The area of the rectangle is drawn from Beta(alpha, alpha).
-- Example: torchvision.transforms.v2.CutMix({num_classes = 3})(torch.rand(2, 3, 4, 4), torch.tensor({1, 3}))
local CutMix = mixture("CutMix", function(x, params)
  local x1, y1, x2, y2 = table.unpack(params.box)
  local out = x:clone()
  if x2 > x1 and y2 > y1 then
    local function part(t) return t:narrow(-2, y1 + 1, y2 - y1):narrow(-1, x1 + 1, x2 - x1) end
    part(out):copy_(part(x:roll(1, 1)))
  end
  return out
end)
function CutMix:make_params(parts)
  local h, w = sample.size("CutMix", parts)
  local half = 0.5 * math.sqrt(1 - draw_share(self))
  local cx, cy, dx, dy = self:_integer(0, w), self:_integer(0, h), math.floor(half * w), math.floor(half * h)
  local x1, y1, x2, y2 = math.max(cx - dx, 0), math.max(cy - dy, 0), math.min(cx + dx, w), math.min(cy + dy, h)
  return {box = {x1, y1, x2, y2}, lam_adjusted = 1 - (x2 - x1) * (y2 - y1) / (w * h)}
end

return mixing
