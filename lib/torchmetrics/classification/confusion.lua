--- Metrics that are made of a confusion matrix: rows are the true classes.
local inputs = require "torchmetrics.classification.inputs"
local options = require "torch.utils.options"
local ratios = require "torchmetrics.ratios"
local tasks = require "torchmetrics.classification.tasks"

-- ---- counting ----------------------------------------------------------------------------

local function binary_update(o, preds, target)
  inputs.same_shape(o, preds, target)
  inputs.check_binary(o, target, "target", 2)
  preds, target = inputs.kept(o, preds, target)
  local yes = inputs.decided({threshold = o.threshold, _name = o._name, validate_args = o.validate_args}, preds, target)
  return {confmat = torch.bincount(target:long() * 2 + yes:long(), nil, 4):reshape(2, 2)}
end

local function multiclass_update(o, preds, target)
  local p, t = inputs.labels(o, preds, target)
  p, t = inputs.kept(o, p, t)
  return {confmat = inputs.confusion(p, t, o.num_classes)}
end

local function multilabel_update(o, preds, target)
  if preds.ndim < 2 or preds:size(2) ~= o.num_labels then
    options.wrong(o._name, "preds", 1, ("(N, %d, …), num_labels in the second dimension"):format(o.num_labels), preds)
  end
  local yes, is = inputs.decided(o, preds, target)
  yes = yes:reshape(yes:size(1), o.num_labels, -1):long()
  is = is:reshape(is:size(1), o.num_labels, -1):long()
  local cells = {}
  for truth = 0, 1 do
    for guess = 0, 1 do
      cells[#cells + 1] = is:eq(truth):logical_and(yes:eq(guess)):sum({1, 3})
    end
  end
  return {confmat = torch.stack(cells, 2):reshape(o.num_labels, 2, 2)}
end

local UPDATES <const> = {binary = binary_update, multiclass = multiclass_update, multilabel = multilabel_update}
local STATES <const> = {confmat = "sum"}
local SAME <const> = {"threshold", "num_classes", "num_labels", "ignore_index", "validate_args"}

--- A metric of the family: `own` are its options by task, without those that all have.
local function define(description, own, compute)
  description.forms, description.states = {}, STATES
  for task, names in pairs(own) do
    local first = task == "binary" and "threshold " or task == "multiclass" and "num_classes "
      or "num_labels threshold "
    description.forms[task] = {options = first .. names, update = UPDATES[task], same = SAME,
      compute = function(o, s) return compute(o, s.confmat, task) end}
  end
  tasks.define(description)
end

-- ---- values ----------------------------------------------------------------------------------

local SUMMED <const> = {["true"] = {-1}, pred = {-2}, all = {-2, -1}}

local function normalized(o, m)
  local dims = SUMMED[o.normalize or "none"]
  if not dims then return m end
  local x = m:float()
  return (x / x:sum(dims, {keepdim = true})):nan_to_num(0)
end

define({"confusion_matrix", class = "ConfusionMatrix",
  doc = "How often each true class (a row) is predicted as each class (a column), or shares of them (normalize)",
  example = 'torchmetrics.functional.confusion_matrix(torch.tensor({1, 2, 2}), torch.tensor({1, 2, 1}), "multiclass", '
    .. "{num_classes = 2})"},
  {binary = "normalize ignore_index validate_args", multiclass = "normalize ignore_index validate_args",
    multilabel = "normalize ignore_index validate_args"}, normalized)

local function cohen_kappa(o, m)
  local x = m:float()
  local n = x:size(1)
  local columns, rows_of = x:sum(1, {keepdim = true}), x:sum(2, {keepdim = true})
  local expected = rows_of:mm(columns) / columns:sum()
  local weights
  if (o.weights or "none") == "none" then weights = 1 - torch.eye(n, {dtype = x.dtype, device = x.device})
  else
    local i = torch.arange(n, {dtype = x.dtype, device = x.device})
    local apart = i:unsqueeze(2) - i
    weights = o.weights == "linear" and apart:abs() or apart * apart
  end
  return 1 - (weights * x):sum() / (weights * expected):sum()
end
define({"cohen_kappa", class = "CohenKappa", higher_is_better = true,
  doc = "Cohen's kappa: the agreement of prediction and truth beyond that of chance"},
  {binary = "weights ignore_index validate_args", multiclass = "weights ignore_index validate_args"}, cohen_kappa)

--- Of each class: what both have, and what either has.
local function overlap(m, task)
  if task == "multilabel" then
    local both = m:select(2, 2):select(2, 2)
    return both, both + m:select(2, 1):select(2, 2) + m:select(2, 2):select(2, 1), both + m:select(2, 2):select(2, 1)
  end
  local both = m:diagonal()
  return both, m:sum(1) + m:sum(2) - both, m:sum(2)
end

local function jaccard(o, m, task)
  local x, zero = m:float(), o.zero_division
  if task == "binary" then return ratios.divide(x[2][2], x[1][2] + x[2][1] + x[2][2], zero) end
  local both, either, there = overlap(x, task)
  local ignored = o.ignore_index and o.ignore_index >= 1 and o.ignore_index <= #both and o.ignore_index
  if o.average == "micro" then
    local below = either:sum()
    if ignored then below = below - either[ignored] end
    return ratios.divide(both:sum(), below, zero)
  end
  local score = ratios.divide(both, either, zero)
  if o.average == "none" then return score end
  local weights = there
  if o.average == "macro" then
    weights = torch.ones_like(score)
    if ignored then weights[ignored] = 0 end
    if task == "multiclass" then weights = weights:masked_fill((x:sum(1) + x:sum(2)):eq(0), 0) end
  end
  return (weights * score / weights:sum()):sum()
end
local JACCARD <const> = "ignore_index validate_args zero_division"
define({"jaccard_index", class = "JaccardIndex", higher_is_better = true,
  doc = "Intersection over union of what is predicted and what is there"},
  {binary = JACCARD, multiclass = "average " .. JACCARD, multilabel = "average " .. JACCARD}, jaccard)

--- The value of a matrix 2×2 whose rows or columns are empty, as the limit of small counts.
local function degenerate(tn, fp, fn, tp)
  local eps = 2.0 ^ -23
  local root = math.sqrt(eps)
  local above
  if fn == 0 and tn == 0 then above = root * (tp - fp)
  elseif fp == 0 and tn == 0 then above = root * (tp - fn)
  elseif tp == 0 and fn == 0 then above = root * (tn - fp)
  elseif tp == 0 and fp == 0 then above = root * (tn - fn)
  elseif tp == 0 then above = tn - fp * fn
  elseif tn == 0 then above = tp - fp * fn
  elseif fp == 0 or fn == 0 then above = tp * tn
  else return 0 end
  return above / math.sqrt((tp + fp + eps) * (tp + fn + eps) * (tn + fp + eps) * (tn + fn + eps))
end

local function matthews(_, m)
  if m.ndim == 3 then m = m:sum(1) end
  local like = {dtype = "float32", device = m.device}
  local tn, fp, fn, tp
  if m:numel() == 4 then
    tn, fp, fn, tp = table.unpack(m:reshape(-1):tolist())
    if tp + tn ~= 0 and fp + fn == 0 then return torch.tensor(1.0, like) end
    if tp + tn == 0 and fp + fn ~= 0 then return torch.tensor(-1.0, like) end
  end
  local x = m:double()
  local is, guessed, s = x:sum(-1), x:sum(-2), x:sum()
  local above = x:diagonal():sum() * s - (is * guessed):sum()
  local below = (s * s - (guessed * guessed):sum()) * (s * s - (is * is):sum())
  if below:item() == 0 then return torch.tensor(tn and degenerate(tn, fp, fn, tp) or 0, like) end
  return (above / below:sqrt()):float()
end
define({"matthews_corrcoef", class = "MatthewsCorrCoef", higher_is_better = true,
  doc = "Matthews' correlation of prediction and truth"},
  {binary = "ignore_index validate_args", multiclass = "ignore_index validate_args",
    multilabel = "ignore_index validate_args"}, matthews)
