--- Metrics of masks, of each sample and class.
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local ratios = require "torchmetrics.ratios"
local rows = require "torchmetrics.rows"

local INPUTS <const> = paired.inputs

local function one_hot(o, name, x)
  if x:numel() > 0 and (x:min():item() < 1 or x:max():item() > o.num_classes) then
    options.raise(("%s: '%s': expected labels from 1 to %d"):format(o._name, name, o.num_classes))
  end
  local shape = {1, o.num_classes}
  for i = 3, x.ndim + 1 do shape[i] = 1 end
  return x:unsqueeze(2):eq(torch.arange(1, o.num_classes + 1, {device = x.device}):reshape(shape))
end

--- Masks (N, C, …) of a prediction or a target: labels, masks, or scores whose best class counts.
local function masks(o, name, x, as_labels)
  if as_labels then
    if x:is_floating_point() then options.wrong(o._name, name, nil, "labels (integers)", x) end
    return one_hot(o, name, x)
  end
  o.num_classes = o.num_classes or x.ndim > 1 and x:size(2) or 1
  if x:is_floating_point() then return one_hot(o, name, x:argmax(2)) end
  return x:ne(0)
end

--- Both as masks (N, C, …), booleans; the first class is the background.
local function format(given, preds, target)
  local o = setmetatable({}, {__index = given})
  local form = o.input_format
  if form == "index" and not o.num_classes then
    options.wrong(o._name, "num_classes", nil, "a positive integer for labels", nil)
  end
  if form == "mixed" and preds.ndim == target.ndim then
    options.wrong(o._name, "target", 2, "labels for masks, or masks for labels, with input_format = \"mixed\"", target)
  end
  local p = masks(o, "preds", preds, form == "index" or form == "mixed" and preds.ndim < target.ndim)
  local t = masks(o, "target", target, form == "index" or form == "mixed" and target.ndim < preds.ndim)
  if not paired.have_same_shape(p, t) then paired.wrong_shape(o, preds, target) end
  if p.ndim < 3 then options.wrong(o._name, "preds", 1, "masks (N, C, …), or labels (N, …)", preds) end
  if not o.include_background then
    local n = p:size(2) - 1
    if n < 1 then options.wrong(o._name, "preds", 1, "2 classes or more without the background", preds) end
    p, t = p:narrow(2, 2, n), t:narrow(2, 2, n)
  end
  return p, t
end

local function flat_sum(x) return x:reshape(x:size(1), x:size(2), -1):sum(3) end

local NUM_CLASSES <const> = {"num_classes", kind = "positive", required = true}
local BACKGROUND <const> = {"include_background", kind = "boolean", default = true}
local PER_CLASS <const> = {"per_class", kind = "boolean", default = false}
local FORMAT <const> = {"input_format", kind = "string", choices = {"one-hot", "index", "mixed"}, default = "one-hot"}
local AVERAGE <const> = {"average", kind = "string", choices = {"micro", "macro", "weighted", "none"},
  default = "macro"}
local LEVEL <const> = {"aggregation_level", kind = "string", choices = {"samplewise", "global"}, default = "samplewise"}

local function define(row)
  row.family, row.inputs = "segmentation", INPUTS
  return rows.define(row)
end

-- ---- overlaps ------------------------------------------------------------------------------

local function dice_update(o, preds, target)
  local p, t = format(o, preds, target)
  local size = flat_sum(t)
  return {both = flat_sum(p:logical_and(t)) * 2, sizes = flat_sum(p) + size, support = size}
end

local function dice(o, s)
  local both, sizes, support = s.both, s.sizes, s.support
  if o.aggregation_level == "global" then
    both, sizes, support = both:sum(1, {keepdim = true}), sizes:sum(1, {keepdim = true}), support:sum(1)
  end
  if o.average == "micro" then return ratios.divide(both:sum(-1), sizes:sum(-1), "nan") end
  local score = ratios.divide(both, sizes, "nan")
  if o.average == "none" then return score end
  if o.average == "macro" then return score:nanmean(-1) end
  local weights = ratios.divide(support, support:sum(-1, {keepdim = true}), "nan")
  return (score * weights):nansum(-1):masked_fill(score:isnan():all(-1), 0 / 0)
end

define {"dice_score", options = {NUM_CLASSES, BACKGROUND, AVERAGE, FORMAT, LEVEL}, update = dice_update, compute = dice,
  doc = "The Dice score of masks (N, C, …), twice what both have over the sum of their sizes, of each sample."}
define {class = "DiceScore", options = {NUM_CLASSES, BACKGROUND, AVERAGE, FORMAT, LEVEL}, update = dice_update,
  states = {both = "cat", sizes = "cat", support = "cat"}, higher_is_better = true,
  doc = "The mean over samples of the Dice score of masks (N, C, …).",
  compute = function(o, s)
    local value = dice(o, s)
    return value.ndim > 0 and value:nanmean(1) or value
  end}

local WEIGHT <const> = {"weight_type", kind = "string", choices = {"square", "simple", "linear"}, default = "square"}

local function generalized_update(o, preds, target)
  local p, t = format(o, preds, target)
  local size = flat_sum(t):float()
  local weights
  if o.weight_type == "linear" then weights = torch.ones_like(size)
  else weights = 1 / (o.weight_type == "square" and size * size or size) end
  local infinite = weights:isinf()
  weights = weights:masked_fill(infinite, 0)
  weights = torch.where(infinite, weights:amax(1, {keepdim = true}):expand_as(weights), weights)
  return {above = flat_sum(p:logical_and(t)) * weights * 2, below = (flat_sum(p) + size) * weights}
end
local function generalized(o, s)
  if o.per_class then return ratios.divide(s.above, s.below) end
  return ratios.divide(s.above:sum(2), s.below:sum(2))
end

define {"generalized_dice_score", options = {NUM_CLASSES, BACKGROUND, PER_CLASS, WEIGHT, FORMAT},
  update = generalized_update, compute = generalized,
  doc = "The generalized Dice score of each sample: classes weigh by their size in the target."}
define {class = "GeneralizedDiceScore", options = {NUM_CLASSES, BACKGROUND, PER_CLASS, WEIGHT, FORMAT},
  states = {score = "sum", total = "sum"}, higher_is_better = true,
  doc = "The mean over samples of the generalized Dice score.",
  update = function(o, preds, target)
    local value = generalized(o, generalized_update(o, preds, target))
    return {score = value:sum(1), total = value:size(1)}
  end,
  compute = function(_, s) return s.score / s.total end}

local OPTIONAL <const> = {"num_classes", kind = "positive"}
local function iou_update(o, preds, target)
  if o.input_format ~= "one-hot" and preds.ndim == target.ndim and preds.ndim <= 2 then
    preds, target = preds:unsqueeze(1), target:unsqueeze(1)
  end
  local p, t = format(o, preds, target)
  local both = flat_sum(p:logical_and(t))
  return {both = both, either = flat_sum(p) + flat_sum(t) - both}
end

define {"mean_iou", options = {OPTIONAL, BACKGROUND, PER_CLASS, FORMAT}, update = iou_update,
  doc = "Intersection over union of masks (N, C, …), of each sample: the mean over the classes that are there.",
  compute = function(o, s)
    local score = ratios.divide(s.both, s.either, "nan")
    if o.per_class then return score:masked_fill(s.either:eq(0), -1) end
    return score:nanmean(2)
  end}
define {class = "MeanIoU", options = {OPTIONAL, BACKGROUND, PER_CLASS, FORMAT}, higher_is_better = true,
  states = {score = "sum", total = "sum"}, doc = "The mean over samples of the intersection over union of masks.",
  update = function(o, preds, target)
    local s = iou_update(o, preds, target)
    local there = s.either:gt(0)
    local score = ratios.divide(s.both, s.either)
    if o.per_class then return {score = score:sum(1), total = there:sum(1)} end
    local mean = ratios.divide(score:sum(2), there:sum(2))
    local some = there:any(2)
    return {score = mean:masked_fill(some:logical_not(), 0):sum(), total = some:sum()}
  end,
  compute = function(_, s) return s.score / s.total end}

-- ---- distances of edges -------------------------------------------------------------------------

--- The positions of the elements of a mask with a neighbour beside them that is not in it, (K, D).
local function edge(x)
  local inner = x
  for dim = 1, x.ndim do
    local n = x:size(dim)
    local none = torch.zeros_like(x:narrow(dim, 1, 1))
    inner = inner:logical_and(torch.cat({none, x:narrow(dim, 1, n - 1)}, dim))
    inner = inner:logical_and(torch.cat({x:narrow(dim, 2, n - 1), none}, dim))
  end
  return x:logical_and(inner:logical_not()):nonzero():double()
end

local DISTANCES <const> = {
  euclidean = function(d) return d:square():sum(-1):sqrt() end,
  chessboard = function(d) return d:abs():amax(-1) end,
  taxicab = function(d) return d:abs():sum(-1) end,
}

--- The distance from each element of a to the nearest one of b.
local function nearest(o, a, b, spacing)
  return DISTANCES[o.distance_metric]((a:unsqueeze(2) - b:unsqueeze(1)) * spacing):amin(2)
end

--- The elements of images wider than high at which torchmetrics measures instead of those of `a`: it numbers the
-- elements of the distances, with a margin of one, as if the rows were as long as the image is high.
local function as_numbered(a, b, height, width)
  local h, w = height + 2, width + 2
  if w <= h then return a end
  local taken = {}
  for _, at in ipairs(b:long():tolist()) do taken[at[1] * w + at[2]] = true end
  local list = {}
  for _, at in ipairs(a:long():tolist()) do
    local k = at[1] * w + at[2]
    local i, j = k // h, k % h
    if (i >= h or taken[i * w + j]) and j + h < w then i, j = i - 1, j + h end
    if i < h and not taken[i * w + j] then list[#list + 1] = {i, j} end
  end
  return torch.tensor(list, {dtype = "float64"}):reshape(-1, 2)
end

--- The largest distance from an element of a to the nearest one of b.
local function farthest(o, a, b, spacing, shape)
  if #a == 0 then return 0 end
  if #b == 0 then return math.huge end
  if #shape == 2 then a = as_numbered(a, b, shape[1], shape[2]) end
  if #a == 0 then return 0 end
  return nearest(o, a, b, spacing):max():item()
end

local function hausdorff_update(o, preds, target)
  local p, t = format(o, preds, target)
  if p.ndim ~= 4 and p.ndim ~= 5 then options.wrong(o._name, "preds", 1, "masks of 2 or 3 dimensions", preds) end
  local spacing = torch.ones(p.ndim - 2, {dtype = "float64"})
  if o.spacing then
    local ok, given = options.try(function()
      return torch.is_tensor(o.spacing) and o.spacing:double() or torch.tensor(o.spacing, {dtype = "float64"})
    end)
    if not ok or given:numel() ~= p.ndim - 2 then
      options.wrong(o._name, "spacing", nil, ("an array of %d numbers"):format(p.ndim - 2), o.spacing)
    end
    spacing = given:reshape(-1)
  end
  local result = torch.zeros(p:size(1), p:size(2))
  for b = 1, p:size(1) do
    for c = 1, p:size(2) do
      local x, y, shape = edge(p[b][c]), edge(t[b][c]), p[b][c].shape
      local d = farthest(o, x, y, spacing, shape)
      if not o.directed then d = math.max(d, farthest(o, y, x, spacing, shape)) end
      result[b][c] = d
    end
  end
  return {distance = result}
end

local HAUSDORFF <const> = {NUM_CLASSES, {"include_background", kind = "boolean", default = false},
  {"distance_metric", kind = "string", choices = {"euclidean", "chessboard", "taxicab"}, default = "euclidean"},
  {"spacing"}, {"directed", kind = "boolean", default = false}, FORMAT}
define {"hausdorff_distance", options = HAUSDORFF, update = hausdorff_update,
  doc = "The largest distance from the edge of a mask to that of the other, of each sample and class.",
  compute = function(_, s) return s.distance end}
define {class = "HausdorffDistance", options = HAUSDORFF, states = {sum = "sum", total = "sum"},
  higher_is_better = false, doc = "The mean over samples and classes of the Hausdorff distance of masks.",
  update = function(o, preds, target)
    local d = hausdorff_update(o, preds, target).distance
    return {sum = d:sum(), total = d:numel()}
  end,
  compute = function(_, s) return s.sum / s.total end}
