--- The association of two categorical variables, by the table of how often their categories come together.
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"

local INPUTS <const> = paired.inputs
local STRATEGY <const> = {"nan_strategy", kind = "string", choices = {"replace", "drop"}, default = "replace"}
local REPLACE <const> = {"nan_replace_value", kind = "number", default = 1}
local CORRECTION <const> = {"bias_correction", kind = "boolean", default = true}
local NUM_CLASSES <const> = {"num_classes", kind = "positive", required = true}

--- Both variables as categories (N); scores (N, C) are the best ones. What is NaN is replaced or left out.
local function categories(o, preds, target)
  if preds.ndim == 2 then preds = preds:argmax(2) end
  if target.ndim == 2 then target = target:argmax(2) end
  if preds.ndim ~= 1 or target.ndim ~= 1 or #preds ~= #target or #preds == 0 then
    options.wrong(o._name, "target", 2, "categories (N), as many as preds", target)
  end
  if not (preds:is_floating_point() or target:is_floating_point()) then return preds, target end
  local bad = preds:isnan():logical_or(target:isnan())
  if o.nan_strategy == "drop" then
    return preds:masked_select(bad:logical_not()), target:masked_select(bad:logical_not())
  end
  return preds:masked_fill(preds:isnan(), o.nan_replace_value), target:masked_fill(target:isnan(), o.nan_replace_value)
end

--- The table of the categories that occur, those of the target in rows; in float64.
local function counted(x, y)
  local xs, i = torch.unique(x, {return_inverse = true})
  local ys, j = torch.unique(y, {return_inverse = true})
  local at = (j:reshape(-1) - 1) * #xs + i:reshape(-1) - 1
  return torch.bincount(at, nil, #ys * #xs):reshape(#ys, #xs):double()
end

local function update(o, preds, target)
  local x, y = categories(o, preds, target)
  if not o.num_classes then return {confmat = counted(x, y)} end
  for k, v in ipairs {x, y} do
    if v:min():item() < 1 or v:max():item() > o.num_classes then
      options.raise(("%s: '%s' (argument %d): expected categories from 1 to %d"):format(o._name, INPUTS[k][1], k,
        o.num_classes))
    end
  end
  local n = o.num_classes
  return {confmat = torch.bincount((y:long() - 1) * n + x:long() - 1, nil, n * n):reshape(n, n):double()}
end

--- Without rows and columns of nothing.
local function there(m)
  m = m:index_select(1, m:sum(2):ne(0):nonzero():squeeze(2))
  return m:index_select(2, m:sum(1):ne(0):nonzero():squeeze(2))
end

local function chi_squared(m, correct)
  local expected = m:sum(2, {keepdim = true}) * m:sum(1, {keepdim = true}) / m:sum()
  local freedom = (m:size(1) - 1) * (m:size(2) - 1)
  if freedom == 0 then return 0 end
  if freedom == 1 and correct then
    local way = (expected - m):sign()
    m = m + way * way:abs():clamp({max = 0.5})
  end
  return ((m - expected):square() / expected):sum():item()
end

--- phi², and the numbers of rows and columns, each less what chance gives.
local function corrected(phi, n_rows, n_columns, n)
  return math.max(0, phi - (n_rows - 1) * (n_columns - 1) / (n - 1)), n_rows - (n_rows - 1) ^ 2 / (n - 1),
    n_columns - (n_columns - 1) ^ 2 / (n - 1)
end

--- sqrt(phi² / scale(rows - 1, columns - 1))
local function by_chi(scale)
  return function(m, o)
    m = there(m)
    local n, n_rows, n_columns = m:sum():item(), m:size(1), m:size(2)
    local phi = chi_squared(m, o.bias_correction) / n
    if o.bias_correction then
      phi, n_rows, n_columns = corrected(phi, n_rows, n_columns, n)
      if math.min(n_rows, n_columns) == 1 then
        options.warn(o._name .. ": too few categories for bias_correction; the value is NaN")
        return 0 / 0
      end
    end
    local value = math.sqrt(phi / scale(n_rows - 1, n_columns - 1))
    return value ~= value and value or math.min(math.max(value, 0), 1)
  end
end

local function contingency_coefficient(m)
  m = there(m)
  local phi = chi_squared(m, false) / m:sum():item()
  return math.sqrt(phi / (1 + phi))
end

--- How much of the entropy of the prediction the target tells.
local function theils_u(m)
  m = there(m)
  local p = m / m:sum()
  local x, y = p:sum(1), p:sum(2, {keepdim = true})
  local own = -torch.special.xlogy(x, x):sum():item()
  if own == 0 then return 0 end
  local left = -(torch.special.xlogy(p, p / y)):sum():item()
  return (own - left) / own
end

--- The function of two variables, its class, and the function of all pairs of columns of a matrix.
local function define(name, class, doc, value, own, one_way)
  local function result(m, o) return torch.full({}, value(m, o), {dtype = "float32", device = m.device}) end
  local class_options = {NUM_CLASSES}
  table.move(own, 1, #own, 2, class_options)
  rows.define {name, class = class, family = "nominal", inputs = INPUTS, options = own, class_options = class_options,
    states = {confmat = "sum"}, update = update, higher_is_better = true, doc = doc .. " of two categorical variables.",
    compute = function(o, s) return result(s.confmat, o) end}
  rows.define {name .. "_matrix", family = "nominal", inputs = {{"matrix", kind = "tensor", required = true}},
    options = own, doc = doc .. " of each pair of columns of a matrix (N, D).",
    update = function(o, matrix)
      if matrix.ndim ~= 2 or matrix:size(1) == 0 then options.wrong(o._name, "matrix", 1, "(N, D)", matrix) end
      return matrix
    end,
    compute = function(o, matrix)
      local n = matrix:size(2)
      local all = torch.ones(n, n)
      for i = 1, n do
        for j = i + 1, n do
          local m = counted(categories(o, matrix:select(2, i), matrix:select(2, j)))
          all[i][j] = value(m, o)
          all[j][i] = one_way and value(m:t(), o) or all[i][j]
        end
      end
      return all
    end}
end

define("cramers_v", "CramersV", "Cramér's V", by_chi(math.min), {CORRECTION, STRATEGY, REPLACE})
define("tschuprows_t", "TschuprowsT", "Tschuprow's T", by_chi(function(a, b) return math.sqrt(a * b) end),
  {CORRECTION, STRATEGY, REPLACE})
define("pearsons_contingency_coefficient", "PearsonsContingencyCoefficient", "Pearson's contingency coefficient",
  contingency_coefficient, {STRATEGY, REPLACE})
define("theils_u", "TheilsU", "Theil's uncertainty coefficient", theils_u, {STRATEGY, REPLACE}, true)

rows.define {"fleiss_kappa", class = "FleissKappa", family = "nominal", higher_is_better = true,
  inputs = {{"ratings", kind = "tensor", required = true}},
  options = {{"mode", kind = "string", choices = {"counts", "probs"}, default = "counts"}}, states = {counts = "cat"},
  doc = "Fleiss' kappa: the agreement of raters beyond that of chance; ratings are counts (N, categories), or with "
    .. "mode \"probs\" scores (N, categories, raters).",
  update = function(o, ratings)
    local probs = o.mode == "probs"
    if ratings.ndim ~= (probs and 3 or 2) or ratings:is_floating_point() ~= probs or ratings:numel() == 0 then
      options.wrong(o._name, "ratings", 1, probs and "scores (N, categories, raters)" or "counts (N, categories)",
        ratings)
    end
    if not probs then return {counts = ratings} end
    local best = ratings:argmax(2)
    return {counts = best:unsqueeze(2):eq(torch.arange(1, ratings:size(2) + 1):reshape(1, -1, 1)):sum(3)}
  end,
  compute = function(_, s)
    local x = s.counts:float()
    local raters = x:sum(2):max()
    local share = x:sum(1) / (x:size(1) * raters)
    local agree = ((x * x):sum(2) - raters) / (raters * (raters - 1))
    local chance = share:square():sum()
    return (agree:mean() - chance) / (1 - chance + 1e-5)
  end}
