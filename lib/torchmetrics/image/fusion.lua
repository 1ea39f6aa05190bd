--- Metrics of pan-sharpened images, of information and of local correlation.
local filters = require "torchmetrics.image.filters"
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"
local similarity = require "torchmetrics.image.similarity"
local F = torch.nn.functional

-- ---- visual information fidelity (Sheikh and Bovik 2006) -------------------------------------

local EPS <const> = 1e-10

local function bell(size, like)
  local sigma = size / 5
  local x = torch.arange(1, size + 1, {dtype = like.dtype, device = like.device}) - (size + 1) / 2
  local g = (-(x:square():unsqueeze(2) + x:square()) / (2 * sigma ^ 2)):exp()
  return (g / g:sum()):reshape(1, 1, size, size)
end

--- What one channel (N, 1, H, W) of the prediction and of the target tell, at one scale.
local function information(a, b, kernel, noise)
  local ma, mb = F.conv2d(a, kernel), F.conv2d(b, kernel)
  local va = (F.conv2d(a * a, kernel) - ma * ma):clamp({min = 0})
  local vb = (F.conv2d(b * b, kernel) - mb * mb):clamp({min = 0})
  local cov = F.conv2d(a * b, kernel) - ma * mb
  local gain = cov / (vb + EPS)
  local rest = va - gain * cov
  local flat = vb:lt(EPS)
  gain, rest, vb = gain:masked_fill(flat, 0), torch.where(flat, va, rest), vb:masked_fill(flat, 0)
  flat = va:lt(EPS)
  gain, rest = gain:masked_fill(flat, 0), rest:masked_fill(flat, 0)
  local negative = gain:lt(0)
  rest, gain = torch.where(negative, va, rest), gain:masked_fill(negative, 0)
  rest = rest:clamp({min = EPS})
  return (gain:square() * vb / (rest + noise) + 1):log10():sum({2, 3, 4}), (vb / noise + 1):log10():sum({2, 3, 4})
end

local function fidelity(o, a, b)
  local scores = {}
  for c = 1, a:size(2) do
    local x, y = a:narrow(2, c, 1), b:narrow(2, c, 1)
    local told, all = 0, 0
    for scale = 0, 3 do
      local kernel = bell(math.tointeger(2 ^ (4 - scale)) + 1, a)
      if scale > 0 then
        x, y = F.conv2d(x, kernel), F.conv2d(y, kernel)
        x, y = x[{{}, {}, {1, -1, 2}, {1, -1, 2}}], y[{{}, {}, {1, -1, 2}, {1, -1, 2}}]
      end
      local p, t = information(x, y, kernel, o.sigma_n_sq)
      told, all = told + p, all + t
    end
    scores[c] = told / all
  end
  return torch.stack(scores):mean(1)
end

local MEAN_NONE <const> = {"reduction", kind = "string", choices = {"mean", "none"}, default = "mean"}
rows.define {"visual_information_fidelity", class = "VisualInformationFidelity", family = "image",
  inputs = filters.inputs, options = {{"sigma_n_sq", kind = "number", default = 2, above = 0}, MEAN_NONE},
  states = {scores = "cat"}, higher_is_better = true, differentiable = true,
  doc = "The share of the information in the target that the prediction has, of images of 41×41 or more.",
  update = function(o, preds, target)
    local a, b = filters.check(o, preds, target)
    if a:size(3) < 41 or a:size(4) < 41 then options.wrong(o._name, "preds", 1, "images of 41×41 or more", preds) end
    return {scores = fidelity(o, a, b)}
  end,
  compute = function(o, s) return o.reduction == "mean" and s.scores:mean() or s.scores end}

-- ---- spatial correlation (Zhou et al. 1998) -------------------------------------------------------

--- Margins that repeat the edges mirrored: so many before and after.
local function repeated(x, before, after)
  for i, dim in ipairs {4, 3} do
    local n, parts = x:size(dim), {}
    if before[i] > 0 then parts[1] = x:narrow(dim, 1, before[i]):flip(dim) end
    parts[#parts + 1] = x
    if after[i] > 0 then parts[#parts + 1] = x:narrow(dim, n - after[i] + 1, after[i]):flip(dim) end
    x = torch.cat(parts, dim)
  end
  return x
end

local function correlation(x, y, filter, size)
  local function sharp(image)
    local h, w = filter:size(3) - 1, filter:size(4) - 1
    return F.conv2d(repeated(image, {w // 2, h // 2}, {w - w // 2, h - h // 2}), filter:flip({3, 4})) * 2
  end
  local before, after = size // 2, (size - 1) // 2
  local kernel = torch.full({1, 1, size, size}, 1 / size ^ 2, {dtype = x.dtype, device = x.device})
  local function mean(image) return F.conv2d(F.pad(image, {before, after, before, after}), kernel) end
  x, y = sharp(x), sharp(y)
  local mx, my = mean(x), mean(y)
  local vx, vy = (mean(x * x) - mx * mx):clamp({min = 0}), (mean(y * y) - my * my):clamp({min = 0})
  local below = vy:sqrt() * vx:sqrt()
  return ((mean(x * y) - mx * my) / below):masked_fill(below:eq(0), 0)
end

local function spatial(o, preds, target)
  local a, b = filters.check(o, preds, target, {[3] = true, [4] = true})
  a, b = a:float(), b:float()
  if a.ndim == 3 then a, b = a:unsqueeze(2), b:unsqueeze(2) end
  if o.window_size > math.min(a:size(3), a:size(4)) then
    options.wrong(o._name, "window_size", nil, "a window that fits the image", o.window_size)
  end
  local filter = o.hp_filter or torch.tensor({{-1, -1, -1}, {-1, 8, -1}, {-1, -1, -1}})
  if filter.ndim ~= 2 then options.wrong(o._name, "hp_filter", nil, "a matrix", filter) end
  filter = filter:to(a.device):float():unsqueeze(1):unsqueeze(1)
  local maps = {}
  for c = 1, a:size(2) do maps[c] = correlation(a:narrow(2, c, 1), b:narrow(2, c, 1), filter, o.window_size) end
  return torch.cat(maps, 2):mean({2, 3, 4})
end

local WINDOW8 <const> = {"window_size", kind = "positive", default = 8}
rows.define {"spatial_correlation_coefficient", class = "SpatialCorrelationCoefficient", family = "image",
  inputs = filters.inputs, options = {{"hp_filter", kind = "tensor"}, WINDOW8, MEAN_NONE},
  class_options = {{"high_pass_filter", kind = "tensor"}, WINDOW8}, states = {scores = "cat"}, higher_is_better = true,
  differentiable = true, doc = "The correlation in windows of the edges of prediction and target.",
  update = function(o, preds, target)
    if o.high_pass_filter then o = setmetatable({hp_filter = o.high_pass_filter}, {__index = o}) end
    return {scores = spatial(o, preds, target)}
  end,
  compute = function(o, s) return o.reduction == "none" and s.scores or s.scores:mean() end}

-- ---- distortion of pan-sharpened images ------------------------------------------------------------

--- The quality index of each pair of bands, summed over the images.
local function between_bands(o, x)
  local c = x:size(2)
  local m = torch.zeros(c, c, {device = x.device})
  for i = 1, c do
    for j = i + 1, c do
      local q = similarity.quality({_name = o._name}, x:narrow(2, i, 1), x:narrow(2, j, 1)):mean({2, 3, 4}):sum()
      m[i][j], m[j][i] = q, q
    end
  end
  return m
end

local function check_spectral(o, preds, target)
  if preds.ndim ~= 4 or target.ndim ~= 4 or preds:size(1) ~= target:size(1) or preds:size(2) ~= target:size(2)
    or not preds:is_floating_point() or not target:is_floating_point() then
    options.wrong(o._name, "target", 2, "images (N, C, H, W) with N and C of preds, of floating point", target)
  end
end

local P <const> = {"p", kind = "positive", default = 1}
local function spectral_update(o, preds, target)
  check_spectral(o, preds, target)
  return {target = between_bands(o, target), preds = between_bands(o, preds), total = preds:size(1)}
end
local function spectral(o, s)
  local c = s.preds:size(1)
  local d = (s.target / s.total - s.preds / s.total):abs() ^ (o.p or 1)
  if c == 1 then return filters.reduced(o, d ^ (1 / (o.p or 1))) end
  return (d:sum() / (c * (c - 1))) ^ (1 / (o.p or 1))
end
rows.define {"spectral_distortion_index", class = "SpectralDistortionIndex", family = "image", inputs = filters.inputs,
  options = {P, filters.reduction}, states = {target = "sum", preds = "sum", total = "sum"}, higher_is_better = false,
  update = spectral_update, compute = spectral,
  doc = "D_lambda: how the quality index between bands differs in prediction and target."}

local function check_pan(o, preds, ms, pan, pan_lr)
  check_spectral(o, preds, ms)
  check_spectral(o, preds, pan)
  if preds:size(3) ~= pan:size(3) or preds:size(4) ~= pan:size(4) or preds:size(3) % ms:size(3) ~= 0
    or preds:size(4) % ms:size(4) ~= 0 then
    options.wrong(o._name, "pan", nil, "an image as large as preds, a multiple of the size of ms", pan)
  end
  if pan_lr and table.concat(pan_lr.shape, ",") ~= table.concat(ms.shape, ",") then
    options.wrong(o._name, "pan_lr", nil, ("the shape of ms (%s)"):format(table.concat(ms.shape, "×")), pan_lr)
  end
  if o.window_size >= math.min(ms:size(3), ms:size(4)) then
    options.wrong(o._name, "window_size", nil, "a window smaller than ms", o.window_size)
  end
end

local function distortion(o, preds, ms, pan, pan_lr)
  check_pan(o, preds, ms, pan, pan_lr)
  local small = pan_lr
  if not small then
    small = F.interpolate(filters.uniform(pan, o.window_size), {size = {ms:size(3), ms:size(4)}, mode = "bilinear",
      align_corners = false})
  end
  local list = {}
  for c = 1, preds:size(2) do
    local function quality(x, y)
      return similarity.quality({_name = o._name}, x:narrow(2, c, 1), y:narrow(2, c, 1)):mean()
    end
    list[c] = (quality(ms, small) - quality(preds, pan)):abs() ^ o.norm_order
  end
  return filters.reduced(o, torch.stack(list)) ^ (1 / o.norm_order)
end

local NORM <const> = {"norm_order", kind = "positive", default = 1}
local WINDOW7 <const> = {"window_size", kind = "positive", default = 7}
local ALPHA <const> = {"alpha", kind = "number", default = 1, least = 0}
local BETA <const> = {"beta", kind = "number", default = 1, least = 0}
local PAN_INPUTS <const> = {{"preds", kind = "tensor", required = true}, {"ms", kind = "tensor", required = true},
  {"pan", kind = "tensor", required = true}, {"pan_lr", kind = "tensor"}}
local TABLE_INPUTS <const> = {{"preds", kind = "tensor", required = true}, {"target", kind = "table", required = true}}

local function no_reference(o, preds, ms, pan, pan_lr)
  local lambda = {p = o.norm_order, reduction = o.reduction, _name = o._name}
  local spectral_part = spectral(lambda, spectral_update(lambda, preds, ms))
  return (1 - spectral_part) ^ o.alpha * (1 - distortion(o, preds, ms, pan, pan_lr)) ^ o.beta
end

for _, metric in ipairs {
  {"spatial_distortion_index", "SpatialDistortionIndex", distortion, {NORM, WINDOW7, filters.reduction}, false,
    "D_s: how the quality index of bands and the panchromatic image differs before and after pan-sharpening"},
  {"quality_with_no_reference", "QualityWithNoReference", no_reference, {ALPHA, BETA, NORM, WINDOW7, filters.reduction},
    true, "(1 - D_lambda)^alpha (1 - D_s)^beta of pan-sharpened images"},
} do
  local name, class, of, own, higher, doc = table.unpack(metric)
  rows.define {name, family = "image", inputs = PAN_INPUTS, options = own, doc = doc .. ".",
    update = of, compute = function(_, x) return x end}
  rows.define {class = class, family = "image", inputs = TABLE_INPUTS, options = own, higher_is_better = higher,
    states = {preds = "cat", ms = "cat", pan = "cat", pan_lr = "cat"},
    doc = doc .. "; target is {ms =, pan =, pan_lr =}.",
    update = function(o, preds, target)
      for _, field in ipairs {"ms", "pan"} do
        if not torch.is_tensor(target[field]) then
          options.wrong(o._name, "target." .. field, nil, "images (N, C, H, W)", target[field])
        end
      end
      return {preds = preds, ms = target.ms, pan = target.pan, pan_lr = target.pan_lr or torch.zeros(0)}
    end,
    compute = function(o, s)
      return of(o, s.preds, s.ms, s.pan, s.pan_lr:numel() > 0 and s.pan_lr or nil)
    end}
end
