--- Correlations of predictions and targets.
local options = require "torch.utils.options"
local pair = require "torchmetrics.regression.pair"
local rows = require "torchmetrics.rows"

local function define(row)
  row.family, row.inputs, row.higher_is_better = "regression", pair.inputs, true
  return rows.define(row)
end

-- ---- by moments ----------------------------------------------------------------------------

--- Means, sums of squares around them, and ranges of a batch.
local function moments(o, preds, target)
  local x, y = pair.columns(o, preds, target)
  if x.ndim == 2 and x:size(2) == 1 and (o.num_outputs or 1) == 1 then x, y = x:reshape(-1), y:reshape(-1) end
  local n = o.num_outputs or x.ndim == 2 and x:size(2) or 1
  if (x.ndim == 2 and x:size(2) or 1) ~= n then
    options.wrong(o._name, "preds", 1, ("(N, %d), num_outputs in the second dimension"):format(n), preds)
  end
  local mx, my = x:mean(1), y:mean(1)
  local dx, dy = x - mx, y - my
  return {mean_x = mx, mean_y = my, var_x = dx:square():sum(1), var_y = dy:square():sum(1), cov = (dx * dy):sum(1),
    low_x = x:amin(1), high_x = x:amax(1), low_y = y:amin(1), high_y = y:amax(1), total = x:size(1)}
end

--- The moments of two batches together (Chan et al. 1983).
local function merge(_, a, b)
  local n = a.total + b.total
  local share = a.total * b.total / n
  local dx, dy = b.mean_x - a.mean_x, b.mean_y - a.mean_y
  return {total = n, mean_x = a.mean_x + dx * (b.total / n), mean_y = a.mean_y + dy * (b.total / n),
    var_x = a.var_x + b.var_x + dx * dx * share, var_y = a.var_y + b.var_y + dy * dy * share,
    cov = a.cov + b.cov + dx * dy * share, low_x = a.low_x:minimum(b.low_x), high_x = a.high_x:maximum(b.high_x),
    low_y = a.low_y:minimum(b.low_y), high_y = a.high_y:maximum(b.high_y)}
end

local STATES <const> = {mean_x = "sum", mean_y = "sum", var_x = "sum", var_y = "sum", cov = "sum", low_x = "min",
  high_x = "max", low_y = "min", high_y = "max", total = "sum"}

--- The correlation, NaN where the predictions or the targets do not vary.
local function pearson(o, s)
  local function scaled(var, low, high, mean)
    local far = (high - mean):maximum(mean - low)
    return var / (s.total - 1) * far:pow(-2)
  end
  local bound = math.sqrt(torch.finfo(s.var_x.dtype).eps)
  local fixed = scaled(s.var_x, s.low_x, s.high_x, s.mean_x):ge(bound):logical_and(
    scaled(s.var_y, s.low_y, s.high_y, s.mean_y):ge(bound)):logical_not()
  if fixed:any():item() then
    options.warn(o._name .. ": predictions or targets hardly vary; their correlation is NaN")
  end
  return (s.cov / (s.var_x * s.var_y):sqrt()):clamp(-1, 1):masked_fill(fixed, 0 / 0)
end

define {"pearson_corrcoef", class = "PearsonCorrCoef", class_options = {pair.num_outputs}, states = STATES,
  differentiable = true, update = moments, merge = merge, compute = pearson,
  doc = "Pearson's correlation: covariance over the product of the standard deviations."}

define {"concordance_corrcoef", class = "ConcordanceCorrCoef", class_options = {pair.num_outputs}, states = STATES,
  differentiable = true, update = moments, merge = merge,
  doc = "Lin's concordance correlation: how near the points are to the line of 45 degrees.",
  compute = function(o, s)
    local n = s.total - 1
    local r = pearson(o, s)
    local vx, vy = s.var_x / n, s.var_y / n
    local value = r * 2 * vx:sqrt() * vy:sqrt() / (vx + vy + (s.mean_x - s.mean_y):square())
    return value.ndim == 0 and value:reshape(1) or value
  end}

-- ---- by ranks --------------------------------------------------------------------------------

local BOTH <const> = {preds = "cat", target = "cat"}
local function both(o, preds, target)
  local p, t = pair.columns(o, preds, target)
  return {preds = p, target = t}
end

--- Ranks from 1; equal values have the mean of theirs.
local function ranks(x)
  local _, inverse, counts = torch.unique(x, {return_inverse = true, return_counts = true})
  local last = counts:cumsum(1)
  local mean = (last + (last - counts + 1)):float() / 2
  return mean:index_select(1, inverse:reshape(-1))
end

local function spearman(_, s)
  local function ranked(x)
    if x.ndim == 1 then return ranks(x) end
    local columns = {}
    for i = 1, x:size(2) do columns[i] = ranks(x:select(2, i)) end
    return torch.stack(columns, 2)
  end
  local x, y = ranked(s.preds), ranked(s.target)
  x, y = x - x:mean(1), y - y:mean(1)
  local r = (x * y):mean(1) / (x:square():mean(1):sqrt() * y:square():mean(1):sqrt() + 1e-6)
  return r:clamp(-1, 1)
end
define {"spearman_corrcoef", class = "SpearmanCorrCoef", class_options = {pair.num_outputs}, states = BOTH,
  update = both, compute = spearman, doc = "Spearman's correlation: that of the ranks."}

--- Of the pairs of positions: how many have one order in both, and how many opposite ones.
local function count_pairs(x, y)
  local same, opposite = 0, 0
  for i = 1, #x - 1 do
    local n = #x - i
    local sign = (x:narrow(1, i + 1, n) - x[i]):sign() * (y:narrow(1, i + 1, n) - y[i]):sign()
    same, opposite = same + sign:gt(0):sum():item(), opposite + sign:lt(0):sum():item()
  end
  return same, opposite
end

--- Of equal values: the number of pairs and two sums that the test needs.
local function ties(x)
  local _, counts = torch.unique(x, {return_counts = true})
  local pairs_of, p1, p2 = 0, 0, 0
  for _, n in ipairs(counts:tolist()) do
    pairs_of = pairs_of + n * (n - 1) // 2
    p1, p2 = p1 + n * (n - 1.0) * (n - 2), p2 + n * (n - 1.0) * (2 * n + 5)
  end
  return pairs_of, p1, p2, #counts
end

--- tau and its probability where the order is one of chance.
local function kendall(o, x, y)
  local n = #x
  local same, opposite = count_pairs(x, y)
  local d = same - opposite
  local tx, tx1, tx2, ux = ties(x)
  local ty, ty1, ty2, uy = ties(y)
  local tau
  if o.variant == "a" then tau = d / (same + opposite)
  elseif o.variant == "b" then
    local all = n * (n - 1) // 2
    tau = d / math.sqrt((all - tx) * (all - ty))
  else
    local least = math.min(ux, uy)
    tau = 2 * d / ((least - 1) / least * n ^ 2)
  end
  local base, t = n * (n - 1.0) * (2 * n + 5), nil
  if o.variant == "a" then t = 3 * d / math.sqrt(base / 2)
  else
    local m = n * (n - 1.0)
    t = d / math.sqrt((base - tx2 - ty2) / 18 + 2 * tx * ty / m + tx1 * ty1 / (9 * m * (n - 2)))
  end
  if o.alternative == "two-sided" then t = math.abs(t) end
  if o.alternative ~= "less" then t = -t end
  return tau, t
end

local function kendall_compute(o, s)
  local taus, ts = {}, {}
  local x, y = s.preds, s.target
  if x.ndim == 1 then x, y = x:unsqueeze(2), y:unsqueeze(2) end
  for i = 1, x:size(2) do taus[i], ts[i] = kendall(o, x:select(2, i), y:select(2, i)) end
  local like = {dtype = s.preds.dtype, device = s.preds.device}
  local tau = torch.tensor(taus, like):clamp(-1, 1)
  local p = torch.special.ndtr(torch.tensor(ts, like)) * (o.alternative == "two-sided" and 2 or 1)
  if s.preds.ndim == 1 then tau, p = tau[1], p[1] end
  if o.t_test then return tau, p end
  return tau
end

local VARIANT <const> = {"variant", kind = "string", choices = {"a", "b", "c"}, default = "b"}
local T_TEST <const> = {"t_test", kind = "boolean", default = false}
local ALTERNATIVE <const> = {"alternative", kind = "string", choices = {"two-sided", "less", "greater"},
  default = "two-sided"}
define {"kendall_rank_corrcoef", class = "KendallRankCorrCoef", states = BOTH, update = both, compute = kendall_compute,
  options = {VARIANT, T_TEST, ALTERNATIVE}, class_options = {VARIANT, T_TEST, ALTERNATIVE, pair.num_outputs},
  results = "Tensor, Tensor", doc = "Kendall's tau: pairs in the same order less those in the opposite one, over all "
    .. "pairs (variant a), with ties (b, c); with t_test the probability of such a value by chance, too."}
