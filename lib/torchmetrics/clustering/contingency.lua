--- Clusterings: how often each pair of labels occurs, and what is made of it.
local assignment = require "torchmetrics.assignment"
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"

local INPUTS <const> = paired.inputs
local STATES <const> = {preds = "cat", target = "cat"}

local function update(o, preds, target)
  if preds.ndim ~= 1 or preds:is_floating_point() then options.wrong(o._name, "preds", 1, "labels (N), integers",
    preds) end
  if target.ndim ~= 1 or target:is_floating_point() or #target ~= #preds or #preds == 0 then
    options.wrong(o._name, "target", 2, ("labels (%d), integers"):format(#preds), target)
  end
  return {preds = preds, target = target}
end

--- How often each label of the target (rows) comes with each one of the prediction; in float64.
local function contingency(s)
  local ps, p = torch.unique(s.preds, {return_inverse = true})
  local ts, t = torch.unique(s.target, {return_inverse = true})
  local at = (t:reshape(-1) - 1) * #ps + p:reshape(-1) - 1
  return torch.bincount(at, nil, #ts * #ps):reshape(#ts, #ps):double():cpu()
end

local function entropy(counts)
  local p = counts / counts:sum()
  return -torch.special.xlogy(p, p):sum():item()
end

local function mutual_info(m)
  local n = m:sum()
  local expected = m:sum(2, {keepdim = true}) * m:sum(1, {keepdim = true}) / n
  return (torch.special.xlogy(m, m / expected) / n):sum():item()
end

--- The pairs of samples: together in neither, in the prediction alone, in the target alone, in both.
local function pairs_of(m)
  local n, squares = m:sum():item(), (m * m):sum():item()
  local c, k = m:sum(2), m:sum(1)
  local both = squares - n
  local target, pred = (c * c):sum():item() - squares, (k * k):sum():item() - squares
  return n * n - target - pred - squares, pred, target, both
end

--- Hypergeometric: what two clusterings of these sizes have in common by chance.
local function expected_info(m)
  local a, b, n = m:sum(2):tolist(), m:sum(1):tolist(), m:sum():item()
  if #a == 1 or #b == 1 then return 0 end
  local function lg(x) return torch.lgamma(torch.tensor(x + 1.0, {dtype = "float64"})):item() end
  local log_factorial = {}
  for i = 0, n do log_factorial[i] = i < 2 and 0 or log_factorial[i - 1] + math.log(i) end
  local f = function(x) return log_factorial[math.tointeger(x)] or lg(x) end
  local sum = 0
  for _, ai in ipairs(a) do
    for _, bj in ipairs(b) do
      for k = math.max(1, ai + bj - n), math.min(ai, bj) do
        local log_p = f(ai) + f(bj) + f(n - ai) + f(n - bj) - f(n) - f(k) - f(ai - k) - f(bj - k) - f(n - ai - bj + k)
        sum = sum + k / n * (math.log(n) + math.log(k) - math.log(ai) - math.log(bj)) * math.exp(log_p)
      end
    end
  end
  return sum
end

local MEANS <const> = {
  min = math.min, max = math.max, arithmetic = function(a, b) return (a + b) / 2 end,
  geometric = function(a, b) return math.sqrt(a * b) end,
}
local AVERAGE <const> = {"average_method", kind = "string", choices = {"min", "geometric", "arithmetic", "max"},
  default = "arithmetic"}

local function define(name, class, doc, value, own)
  rows.define {name, class = class, family = "clustering", inputs = INPUTS, options = own or {}, states = STATES,
    update = update, doc = doc .. ".", higher_is_better = true,
    compute = function(o, s)
      return torch.full({}, value(contingency(s), o), {dtype = "float32", device = s.preds.device})
    end}
end

define("mutual_info_score", "MutualInfoScore", "The mutual information of two clusterings, in nats", mutual_info)
define("normalized_mutual_info_score", "NormalizedMutualInfoScore",
  "The mutual information over a mean of the entropies",
  function(m, o)
    local info = mutual_info(m)
    if math.abs(info) < 1e-7 then return info end
    return info / MEANS[o.average_method](entropy(m:sum(1)), entropy(m:sum(2)))
  end, {AVERAGE})
define("adjusted_mutual_info_score", "AdjustedMutualInfoScore",
  "The mutual information beyond that of chance, over its largest value", function(m, o)
    local by_chance = expected_info(m)
    local below = MEANS[o.average_method](entropy(m:sum(1)), entropy(m:sum(2))) - by_chance
    local eps = 2.0 ^ -23
    below = below < 0 and math.min(below, -eps) or math.max(below, eps)
    return (mutual_info(m) - by_chance) / below
  end, {AVERAGE})
define("rand_score", "RandScore", "The share of pairs of samples on which two clusterings agree", function(m)
  local neither, pred, target, both = pairs_of(m)
  local all = neither + pred + target + both
  return all == 0 and 1 or (neither + both) / all
end)
define("adjusted_rand_score", "AdjustedRandScore", "The Rand index beyond that of chance", function(m)
  local tn, fp, fn, tp = pairs_of(m)
  if fn == 0 and fp == 0 then return 1 end
  return 2 * (tp * tn - fn * fp) / ((tp + fn) * (fn + tn) + (tp + fp) * (fp + tn))
end)
define("fowlkes_mallows_index", "FowlkesMallowsIndex",
  "The geometric mean of precision and recall over pairs of samples", function(m)
    local _, pred, target, both = pairs_of(m)
    if both == 0 then return 0 end
    return math.sqrt(both / (both + pred)) * math.sqrt(both / (both + target))
  end)

local function homogeneity(m)
  local h = entropy(m:sum(2))
  return h > 0 and mutual_info(m) / h or 1
end
local function completeness(m) return homogeneity(m:t()) end
define("homogeneity_score", "HomogeneityScore", "Whether each cluster has samples of one label alone", homogeneity)
define("completeness_score", "CompletenessScore", "Whether all samples of a label are in one cluster", completeness)
define("v_measure_score", "VMeasureScore", "The harmonic mean of homogeneity and completeness", function(m, o)
  local h, c = homogeneity(m), completeness(m)
  return h + c == 0 and 1 or (1 + o.beta) * h * c / (o.beta * h + c)
end, {{"beta", kind = "number", default = 1, above = 0}})

local NUM_CLASSES <const> = {"num_classes", kind = "positive", required = true}
define("cluster_accuracy", "ClusterAccuracy",
  "The share of samples that are right under the best match of clusters and labels", function(m)
    local right = 0
    for row, column in pairs(assignment.best(m:tolist(), true)) do right = right + m[row][column]:item() end
    return right / m:sum():item()
  end, {NUM_CLASSES})
