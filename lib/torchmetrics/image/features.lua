--- Distances of sets of images by the features that a network finds in them.
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"

local FEATURE <const> = {"feature", kind = "callable"}
local IMAGES <const> = {"imgs", kind = "tensor", required = true}
local REAL <const> = {"real", kind = "boolean", required = true}

--- The features (N, D) of images, by the network; without one the input is features already.
local function features(o, images)
  local x = images
  if o.feature then x = torch.no_grad(function() return o.feature(images) end) end
  if not torch.is_tensor(x) or x.ndim ~= 2 or x:size(1) == 0 or not x:is_floating_point() then
    options.wrong(o._name, "imgs", 1, o.feature and "images for which `feature` gives features (N, D)"
      or "features (N, D), or images and a network `feature`", x)
  end
  return x
end

local function define(row)
  row.family, row.inputs = "image", row.inputs or {IMAGES, REAL}
  return rows.define(row)
end

-- ---- Fréchet inception distance (Heusel et al. 2017) ---------------------------------------

--- The mean and covariance of features, of sums.
local function gaussian(o, what, sum, products, n)
  if n < 2 then
    options.raise(("%s: compute() with %d %s images; 2 are needed at least"):format(o._name, n, what))
  end
  local mean = sum / n
  return mean, (products - mean:unsqueeze(2) * mean * n) / (n - 1)
end

define {class = "FrechetInceptionDistance", options = {FEATURE}, higher_is_better = false,
  states = {real_sum = "sum", real_products = "sum", real_n = "sum", fake_sum = "sum", fake_products = "sum",
    fake_n = "sum"},
  doc = "The Fréchet distance of the features of real and made images: update(imgs, real). `feature` is a network "
    .. "that gives features (N, D); without it imgs are features.",
  update = function(o, images, real)
    local x = features(o, images):double()
    local sum, products, n = x:sum(1), x:t():mm(x), x:size(1)
    local none, nothing = torch.zeros_like(sum), torch.zeros_like(products)
    if real then
      return {real_sum = sum, real_products = products, real_n = n, fake_sum = none, fake_products = nothing,
        fake_n = 0}
    end
    return {real_sum = none, real_products = nothing, real_n = 0, fake_sum = sum, fake_products = products,
      fake_n = n}
  end,
  compute = function(o, s)
    local m1, c1 = gaussian(o, "real", s.real_sum, s.real_products, s.real_n)
    local m2, c2 = gaussian(o, "made", s.fake_sum, s.fake_products, s.fake_n)
    local root = torch.linalg.eigvals(c1:mm(c2)):sqrt().real:sum()
    return ((m1 - m2):square():sum() + c1:diagonal():sum() + c2:diagonal():sum() - root * 2):float()
  end}

-- ---- kernel inception distance (Bińkowski et al. 2018) ---------------------------------------

--- The unbiased square of the maximum mean discrepancy, with a polynomial kernel.
local function discrepancy(o, x, y)
  local gamma = o.gamma or 1 / x:size(2)
  local function kernel(a, b) return (a:mm(b:t()) * gamma + o.coef) ^ o.degree end
  local n = x:size(1)
  local xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
  return (xx:sum() - xx:diagonal():sum() + yy:sum() - yy:diagonal():sum()) / (n * (n - 1)) - xy:sum() * 2 / n ^ 2
end

define {class = "KernelInceptionDistance", higher_is_better = false, results = "Tensor, Tensor",
  options = {FEATURE, {"subsets", kind = "positive", default = 100}, {"subset_size", kind = "positive", default = 1000},
    {"degree", kind = "positive", default = 3}, {"gamma", kind = "number", above = 0},
    {"coef", kind = "number", default = 1, above = 0}},
  states = {features = "cat", real = "cat"},
  doc = "The kernel distance of the features of real and made images: the mean and standard deviation over subsets.",
  update = function(o, images, real)
    local x = features(o, images)
    return {features = x, real = torch.full({x:size(1)}, real, {dtype = "bool"})}
  end,
  compute = function(o, s)
    local at = s.real:nonzero():reshape(-1)
    local other = s.real:logical_not():nonzero():reshape(-1)
    if math.min(#at, #other) < o.subset_size then
      options.raise(("%s: 'subset_size' is %d, and there are %d real and %d made images"):format(o._name, o.subset_size,
        #at, #other))
    end
    local values = {}
    for k = 1, o.subsets do
      local function some(from)
        local chosen = from:index_select(1, torch.randperm(#from):narrow(1, 1, o.subset_size))
        return s.features:index_select(1, chosen)
      end
      values[k] = discrepancy(o, some(at), some(other))
    end
    local all = torch.stack(values)
    return all:mean(), all:std({correction = 0})
  end}

-- ---- inception score (Salimans et al. 2016) ---------------------------------------------------

define {class = "InceptionScore", inputs = {IMAGES}, higher_is_better = true, results = "Tensor, Tensor",
  options = {FEATURE, {"splits", kind = "positive", default = 10}}, states = {features = "cat"},
  doc = "The inception score of made images: the mean and standard deviation over splits; `feature` gives the scores "
    .. "of classes (N, C), without it imgs are these.",
  update = function(o, images) return {features = features(o, images)} end,
  compute = function(o, s)
    local x = s.features:index_select(1, torch.randperm(#s.features))
    local log_p, values = x:log_softmax(2), {}
    for _, part in ipairs(log_p:chunk(o.splits)) do
      local p = part:exp()
      values[#values + 1] = (p * (part - p:mean(1, {keepdim = true}):log())):sum(2):mean():exp()
    end
    local all = torch.stack(values)
    return all:mean(), all:std()
  end}

-- ---- learned perceptual similarity (Zhang et al. 2018) -----------------------------------------

local function perceptual(o, a, b)
  local function maps(x)
    local list = o.net(x)
    if type(list) ~= "table" or not torch.is_tensor(list[1]) then
      options.wrong(o._name, "net", nil, "a network that gives an array of feature maps", list)
    end
    return list
  end
  if o.normalize then a, b = a * 2 - 1, b * 2 - 1 end
  local x, y, sum = maps(a), maps(b), 0
  for i, map in ipairs(x) do
    local function unit(f) return f / (f:square():sum(2, {keepdim = true}):sqrt() + 1e-10) end
    local d = (unit(map) - unit(y[i])):square()
    if o.weights then d = d * o.weights[i]:reshape(1, -1, 1, 1) end
    sum = sum + d:sum(2):mean({2, 3})
  end
  return sum
end

local NET <const> = {"net", kind = "callable", required = true}
local LPIPS <const> = {NET, {"weights", kind = "tensors"}, {"reduction", kind = "string", choices = {"mean", "sum"},
  default = "mean"}, {"normalize", kind = "boolean", default = false}}
local PAIR <const> = {{"img1", kind = "tensor", required = true}, {"img2", kind = "tensor", required = true}}
local function reduced(o, x) return o.reduction == "sum" and x:sum() or x:mean() end

define {"learned_perceptual_image_patch_similarity", inputs = PAIR, options = LPIPS,
  doc = "The distance of images (N, C, H, W) in the features of a network: net(x) gives an array of feature maps, "
    .. "weights are those of their channels.",
  update = function(o, a, b) return perceptual(o, a, b) end, compute = reduced}
define {class = "LearnedPerceptualImagePatchSimilarity", inputs = PAIR, options = LPIPS, higher_is_better = false,
  states = {sum = "sum", total = "sum"}, differentiable = true,
  doc = "The mean, or sum, of learned_perceptual_image_patch_similarity over pairs of images.",
  update = function(o, a, b)
    local x = perceptual(o, a, b)
    return {sum = x:sum(), total = x:numel()}
  end,
  compute = function(o, s) return o.reduction == "sum" and s.sum or s.sum / s.total end}
