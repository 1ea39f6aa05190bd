--- The structural similarity of images (Wang et al. 2004), at one and at several scales; the universal quality index.
local filters = require "torchmetrics.image.filters"
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"
local F = torch.nn.functional

local RANKS <const> = {[4] = true, [5] = true}

--- Without the margins, for windows that lie in the image.
local function cropped(x, margins)
  for i, margin in ipairs(margins) do
    local n = x:size(i + 2) - 2 * margin
    if margin > 0 and n > 0 then x = x:narrow(i + 2, margin + 1, n) end
  end
  return x
end

local function per_image(x) return x:reshape(x:size(1), -1):mean(-1) end

local function check_sizes(o, sizes)
  for _, size in ipairs(sizes) do
    if size % 2 == 0 or math.type(size) ~= "integer" then
      options.wrong(o._name, "kernel_size", nil, "odd integers", o.kernel_size)
    end
  end
end

--- The similarity at each place, and the contrast within the image.
local function ssim_maps(o, a, b)
  local dims = a.ndim - 2
  local sizes, sigmas = filters.each(o, "kernel_size", o.kernel_size, dims), filters.each(o, "sigma", o.sigma, dims)
  check_sizes(o, sizes)
  local range
  if o.data_range == nil then range = (a:max() - a:min()):maximum(b:max() - b:min())
  else a, b, range = filters.range(o, a, b) end
  if o.gaussian_kernel then for i, s in ipairs(sigmas) do sizes[i] = math.floor(3.5 * s + 0.5) * 2 + 1 end end
  local margins = {}
  for i, size in ipairs(sizes) do margins[i] = (size - 1) // 2 end
  local kernel = filters.kernel(sizes, sigmas, a, not o.gaussian_kernel)
  local ma, mb, va, vb, cov = filters.statistics(filters.mirrored(o, a, margins), filters.mirrored(o, b, margins),
    kernel)
  local c1, c2 = (range * o.k1) ^ 2, (range * o.k2) ^ 2
  local contrast = (cov * 2 + c2) / (va + vb + c2)
  local map = (ma * mb * 2 + c1) / (ma * ma + mb * mb + c1) * contrast
  return map, cropped(contrast, margins)
end

local GAUSSIAN <const> = {"gaussian_kernel", kind = "boolean", default = true}
local SIGMA <const>, KERNEL <const> = {"sigma", default = 1.5}, {"kernel_size", default = 11}
local RANGE <const> = {"data_range"}
local K1 <const>, K2 <const> = {"k1", kind = "number", default = 0.01}, {"k2", kind = "number", default = 0.03}

rows.define {"structural_similarity_index_measure", class = "StructuralSimilarityIndexMeasure", family = "image",
  inputs = filters.inputs, options = {GAUSSIAN, SIGMA, KERNEL, filters.reduction, RANGE, K1, K2,
    {"return_full_image", kind = "boolean", default = false},
    {"return_contrast_sensitivity", kind = "boolean", default = false}},
  states = {similarity = "cat", image = "cat"}, higher_is_better = true, differentiable = true,
  doc = "The structural similarity of images (N, C, H, W) or volumes; data_range is a number or {lowest, highest}, by "
    .. "default that of the images. With return_full_image the map of similarity, too.",
  update = function(o, preds, target)
    local a, b = filters.check(o, preds, target, RANKS)
    if o.return_full_image and o.return_contrast_sensitivity then
      options.raise(o._name .. ": only one of return_full_image and return_contrast_sensitivity is taken")
    end
    local map, contrast = ssim_maps(o, a, b)
    local more
    if o.return_full_image then more = map elseif o.return_contrast_sensitivity then more = per_image(contrast)
    else more = torch.zeros(1, {device = a.device}) end
    return {similarity = per_image(map), image = more}
  end,
  compute = function(o, s)
    local value = filters.reduced(o, s.similarity)
    if o.return_full_image or o.return_contrast_sensitivity then return value, s.image end
    return value
  end}

-- ---- several scales ----------------------------------------------------------------------------

local function check_scales(o, a)
  local n = #o.betas
  if n == 0 then options.wrong(o._name, "betas", nil, "an array of numbers", o.betas) end
  local sizes = filters.each(o, "kernel_size", o.kernel_size, a.ndim - 2)
  local factor = math.max(1, n - 1) ^ 2
  for i, size in ipairs {a:size(-2), a:size(-1)} do
    if size < 2 ^ n or size // factor <= sizes[i] - 1 then
      options.wrong(o._name, "preds", 1, ("images whose sides are above %d, for %d scales and windows of %d"):format(
        math.tointeger(math.max(2 ^ n - 1, (sizes[i] - 1) * factor)), n, sizes[i]), a)
    end
  end
end

local function multiscale(o, a, b)
  check_scales(o, a)
  local pool = a.ndim == 5 and F.avg_pool3d or F.avg_pool2d
  local product
  for i, beta in ipairs(o.betas) do
    local map, contrast = ssim_maps(o, a, b)
    local value = per_image(i == #o.betas and map or contrast)
    if o.normalize == "relu" then value = value:relu()
    elseif o.normalize == "simple" then value = (value + 1) / 2 end
    value = value ^ beta
    product = product and product * value or value
    if i < #o.betas then a, b = pool(a, 2), pool(b, 2) end
  end
  return product
end

rows.define {"multiscale_structural_similarity_index_measure", class = "MultiScaleStructuralSimilarityIndexMeasure",
  family = "image", inputs = filters.inputs, states = {similarity = "cat"}, higher_is_better = true,
  differentiable = true, options = {GAUSSIAN, SIGMA, KERNEL, filters.reduction, RANGE, K1, K2,
    {"betas", kind = "table", default = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333}},
    {"normalize", kind = "string", choices = {"relu", "simple", "none"}, default = "relu"}},
  doc = "The structural similarity at several scales, each with an exponent of betas.",
  update = function(o, preds, target)
    local a, b = filters.check(o, preds, target, RANKS)
    return {similarity = multiscale(o, a, b)}
  end,
  compute = function(o, s) return filters.reduced(o, s.similarity) end}

-- ---- universal image quality index --------------------------------------------------------------

local similarity = {}

--- The index at each place of images (Wang and Bovik 2002).
function similarity.quality(o, a, b)
  local sizes = filters.each(o, "kernel_size", o.kernel_size or 11, 2)
  local sigmas = filters.each(o, "sigma", o.sigma or 1.5, 2)
  check_sizes(o, sizes)
  local margins = {(sizes[1] - 1) // 2, (sizes[2] - 1) // 2}
  local ma, mb, va, vb, cov = filters.statistics(filters.mirrored(o, a, margins), filters.mirrored(o, b, margins),
    filters.kernel(sizes, sigmas, a))
  local eps = torch.finfo(a.dtype).eps
  return cropped(ma * mb * cov * 4 / ((ma * ma + mb * mb) * (va + vb) + eps), margins)
end

rows.define {"universal_image_quality_index", class = "UniversalImageQualityIndex", family = "image",
  inputs = filters.inputs, options = {KERNEL, SIGMA, filters.reduction}, higher_is_better = true, differentiable = true,
  states = function(o)
    return o.reduction == "none" and {index = "cat"} or {index = "sum", total = "sum"}
  end,
  doc = "The universal image quality index: correlation, luminance and contrast in windows.",
  update = function(o, preds, target)
    local x = similarity.quality(o, filters.check(o, preds, target))
    if o.reduction == "none" then return {index = x} end
    return {index = x:sum(), total = x:numel()}
  end,
  compute = function(o, s) return o.reduction == "elementwise_mean" and s.index / s.total or s.index end}

return similarity
