--- Errors of images.
local filters = require "torchmetrics.image.filters"
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"

local function define(row)
  row.family, row.inputs, row.differentiable = "image", row.inputs or filters.inputs, true
  return rows.define(row)
end

local function per_image(x) return x:reshape(x:size(1), -1) end

-- ---- peak signal-to-noise ratio ------------------------------------------------------------

local RANGE <const> = {"data_range", kind = "any", required = true}

local function psnr_update(o, preds, target)
  paired.check_shape(o, preds, target)
  if preds:numel() == 0 then options.wrong(o._name, "preds", 1, "at least one number", preds) end
  local a, b = preds:is_floating_point() and preds or preds:float(), target
  b = b:to(a.dtype)
  local _, _, width = filters.range(o, a, b)
  a, b = filters.range(o, a, b)
  local d = (a - b):square()
  if not o.dim then return {errors = d:sum(), total = d:numel(), width = width} end
  local dims, n = {}, 1
  for i, dim in ipairs(type(o.dim) == "table" and o.dim or {o.dim}) do
    dims[i] = options.dim(o._name, "dim", nil, dim, a.ndim)
    n = n * a:size(dims[i])
  end
  local errors = d:sum(dims)
  return {errors = errors:reshape(-1), total = torch.full_like(errors, n):reshape(-1), width = width}
end

define {"peak_signal_noise_ratio", class = "PeakSignalNoiseRatio", higher_is_better = true,
  options = {RANGE, {"base", kind = "number", default = 10, above = 0}, filters.reduction, {"dim"}},
  states = function(o)
    local how = o.dim and "cat" or "sum"
    return {errors = how, total = how, width = "max"}
  end,
  doc = "The peak signal-to-noise ratio; data_range is a number or {lowest, highest}; with dim one value for all of "
    .. "these dimensions.",
  update = psnr_update,
  compute = function(o, s)
    local value = (2 * math.log(s.width) - (s.errors / s.total):log()) * (10 / math.log(o.base))
    return filters.reduced(o, value)
  end}

--- How much larger the steps between blocks are than those within.
local function blocking(o, x)
  if x:size(2) ~= 1 then options.wrong(o._name, "preds", 1, "grey images (N, 1, H, W)", x) end
  local height, width, size = x:size(3), x:size(4), o.block_size
  local at, beside = 0, 0
  for _, dim in ipairs {4, 3} do
    local n = x:size(dim)
    local step = (x:narrow(dim, 2, n - 1) - x:narrow(dim, 1, n - 1)):square():sum({1, 2, 7 - dim})
    for i = 1, n - 1 do
      if i % size == 0 then at = at + step[i] else beside = beside + step[i] end
    end
  end
  local n_h, n_v = height * (width / size) - 1, width * (height / size) - 1
  at, beside = at / (n_h + n_v), beside / (height * (width - 1) - n_h + width * (height - 1) - n_v)
  if not torch.is_tensor(at) or not torch.is_tensor(beside) then return x:new_zeros({}) end
  local weight = at:item() > beside:item() and math.log(size, 2) / math.log(math.min(height, width), 2) or 0
  return (at - beside) * weight
end

define {"peak_signal_noise_ratio_with_blocked_effect", class = "PeakSignalNoiseRatioWithBlockedEffect",
  higher_is_better = true, options = {RANGE, {"block_size", kind = "positive", default = 8}},
  states = {errors = "sum", blocks = "sum", total = "sum", width = "max"},
  doc = "The peak signal-to-noise ratio less the steps at the edges of blocks, of grey images.",
  update = function(o, preds, target)
    local a, b = filters.check(o, preds, target)
    local width
    a, b, width = filters.range(o, a, b)
    return {errors = (a - b):square():sum(), blocks = blocking(o, a), total = a:numel(), width = width}
  end,
  compute = function(_, s) return (s.width ^ 2 / (s.errors / s.total + s.blocks)):log10() * 10 end}

-- ---- spectral errors -------------------------------------------------------------------------

define {"error_relative_global_dimensionless_synthesis", class = "ErrorRelativeGlobalDimensionlessSynthesis",
  higher_is_better = false, options = {{"ratio", kind = "number", default = 4, above = 0}, filters.reduction},
  states = {scores = "cat"}, doc = "ERGAS: the error of each band relative to its mean.",
  update = function(o, preds, target)
    local a, b = filters.check(o, preds, target)
    local rmse, mean = (a - b):square():mean({3, 4}):sqrt(), b:mean({3, 4})
    return {scores = (rmse / mean):square():mean(2):sqrt() * (100 / o.ratio)}
  end,
  compute = function(o, s) return filters.reduced(o, s.scores) end}

define {"spectral_angle_mapper", class = "SpectralAngleMapper", higher_is_better = false,
  options = {filters.reduction},
  states = function(o) return o.reduction == "none" and {angle = "cat"} or {angle = "sum", total = "sum"} end,
  doc = "The angle between the spectra of each pixel, in radians.",
  update = function(o, preds, target)
    local a, b = filters.check(o, preds, target)
    if a:size(2) < 2 then options.wrong(o._name, "preds", 1, "images of 2 channels or more", preds) end
    local angle = ((a * b):sum(2) / (a:norm(2, 2) * b:norm(2, 2))):clamp(-1, 1):acos()
    if o.reduction == "none" then return {angle = angle} end
    return {angle = angle:sum(), total = angle:numel()}
  end,
  compute = function(o, s) return o.reduction == "elementwise_mean" and s.angle / s.total or s.angle end}

-- ---- errors in windows -------------------------------------------------------------------------

local WINDOW <const> = {"window_size", kind = "positive", default = 8}

--- The integer that is nearest to half of n; of two the even one.
local function half(n)
  local down = n // 2
  return n % 2 == 0 and down or down + (down % 2)
end

local function windows(o, preds, target)
  local a, b = filters.check(o, preds, target)
  local margin = half(o.window_size)
  if margin >= math.min(a:size(3), a:size(4)) then
    options.wrong(o._name, "window_size", nil, "a window that fits the image", o.window_size)
  end
  local map = filters.uniform((b - a):square(), o.window_size):sqrt()
  return map, b, margin
end

local function inner(x, margin)
  return x:narrow(-2, margin + 1, x:size(-2) - 2 * margin):narrow(-1, margin + 1, x:size(-1) - 2 * margin)
end

define {"root_mean_squared_error_using_sliding_window", class = "RootMeanSquaredErrorUsingSlidingWindow",
  higher_is_better = false, options = {WINDOW, {"return_rmse_map", kind = "boolean", default = false}},
  class_options = {WINDOW}, states = {sum = "sum", map = "sum", total = "sum"},
  doc = "The mean of the root mean squared error in windows; with return_rmse_map at each place, too.",
  update = function(o, preds, target)
    local map, _, margin = windows(o, preds, target)
    return {sum = inner(map, margin):sum(1):mean(), map = map:sum(1), total = map:size(1)}
  end,
  compute = function(o, s)
    if o.return_rmse_map then return s.sum / s.total, s.map / s.total end
    return s.sum / s.total
  end}

define {"relative_average_spectral_error", class = "RelativeAverageSpectralError", higher_is_better = false,
  options = {WINDOW}, states = {map = "sum", target = "sum", total = "sum"},
  doc = "The error in windows relative to the mean over all bands, in percent.",
  update = function(o, preds, target)
    local map, b = windows(o, preds, target)
    return {map = map:sum(1), target = (filters.uniform(b, o.window_size) / o.window_size ^ 2):sum(1),
      total = map:size(1)}
  end,
  compute = function(o, s)
    local mean = (s.target / s.total):mean(1)
    local map = (s.map / s.total):square():mean(1):sqrt() * 100 / mean
    return inner(map, half(o.window_size)):mean()
  end}

-- ---- gradients ---------------------------------------------------------------------------------

local IMAGE <const> = {{"img", kind = "tensor", required = true}}
local function check_image(o, x)
  if x.ndim ~= 4 or x:numel() == 0 then options.wrong(o._name, "img", 1, "images (N, C, H, W)", x) end
  return x:is_floating_point() and x or x:float()
end
local function steps(x, dim) return x:narrow(dim, 2, x:size(dim) - 1) - x:narrow(dim, 1, x:size(dim) - 1) end

define {"image_gradients", inputs = IMAGE, results = "Tensor, Tensor",
  doc = "The steps to the next pixel down and to the right, 0 in the last row and column.",
  update = function(o, x)
    x = check_image(o, x)
    local function full(dim) return torch.cat({steps(x, dim), torch.zeros_like(x:narrow(dim, 1, 1))}, dim) end
    return {full(3), full(4)}
  end,
  compute = function(_, s) return s[1], s[2] end}

define {"total_variation", class = "TotalVariation", inputs = IMAGE, higher_is_better = false,
  options = {{"reduction", kind = "string", choices = {"mean", "sum", "none"}, default = "sum"}},
  states = function(o) return o.reduction == "none" and {score = "cat"} or {score = "sum", total = "sum"} end,
  doc = "The sum of the absolute steps between neighbours, of each image.",
  update = function(o, x)
    x = check_image(o, x)
    local score = per_image(steps(x, 3):abs()):sum(2) + per_image(steps(x, 4):abs()):sum(2)
    if o.reduction == "none" then return {score = score} end
    return {score = score:sum(), total = x:size(1)}
  end,
  compute = function(o, s) return o.reduction == "mean" and s.score / s.total or s.score end}
