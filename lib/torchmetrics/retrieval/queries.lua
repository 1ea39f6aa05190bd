--- Metrics of the order of what a query finds: of one query as functions, and over queries as classes.
local classification = require "torchmetrics.functional.classification"
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"

local INPUTS <const> = paired.inputs
local INDEXED <const> = {INPUTS[1], INPUTS[2], {"indexes", kind = "tensor", required = true}}

-- ---- one query: scores x and what is relevant, vectors ---------------------------------------

local function check(o, preds, target, graded)
  paired.check_shape(o, preds, target)
  if preds:numel() == 0 or not preds:is_floating_point() then
    options.wrong(o._name, "preds", 1, "scores of floating point, at least one", preds)
  end
  if not graded and target:is_floating_point() then
    options.wrong(o._name, "target", 2, "booleans or integers 0 and 1", target)
  end
  local x, y = preds:reshape(-1), target:reshape(-1)
  if not graded and y.dtype ~= torch.bool and (y:min():item() < 0 or y:max():item() > 1) then
    options.wrong(o._name, "target", 2, "booleans or integers 0 and 1", target)
  end
  return x, graded and y:to("float32") or y:ne(0):float()
end

local function zero(x) return torch.zeros({}, {dtype = "float32", device = x.device}) end
local function how_many(o, x) return math.min(o.top_k or #x, #x) end

--- What is relevant, from the best score on; with `positive` only where the score is above 0.
local function ordered(x, y, k, positive)
  if positive then y = y:masked_fill(x:le(0), 0) end
  return y:index_select(1, x:argsort({descending = true, stable = true})):narrow(1, 1, k)
end

local function average_precision(o, x, y)
  local found = ordered(x, y, how_many(o, x), true)
  local n = found:sum()
  if n:item() == 0 then return zero(x) end
  local places = torch.arange(1, #found + 1, {dtype = "float32", device = x.device})
  return (found:cumsum(1) / places * found):sum() / n
end

local function reciprocal_rank(o, x, y)
  local at = ordered(x, y, how_many(o, x), true):nonzero()
  if #at == 0 then return zero(x) end
  return torch.full({}, 1 / at[1][1]:item(), {dtype = "float32", device = x.device})
end

local function precision(o, x, y)
  local k = o.top_k or #x
  if o.adaptive_k then k = math.min(k, #x) end
  return ordered(x, y, math.min(k, #x), true):sum() / k
end

local function recall(o, x, y)
  local n = y:sum()
  if n:item() == 0 then return zero(x) end
  return ordered(x, y, how_many(o, x), true):sum() / n
end

local function fall_out(o, x, y)
  local none = 1 - y
  if none:sum():item() == 0 then return zero(x) end
  return ordered(x, none, how_many(o, x)):sum() / none:sum()
end

local function hit_rate(o, x, y) return ordered(x, y, how_many(o, x)):sum():gt(0):float() end

local function r_precision(_, x, y)
  local n = y:sum()
  if n:item() == 0 then return zero(x) end
  return ordered(x, y, math.tointeger(n:item())):sum() / n
end

local function auroc(o, x, y)
  local order = x:argsort({descending = true, stable = true}):narrow(1, 1, how_many(o, x))
  y = y:index_select(1, order)
  if y:min():item() == y:max():item() then return zero(x) end
  return classification.binary_auroc(x:index_select(1, order), y:long(), {max_fpr = o.max_fpr})
end

--- The discounted gain; the gain of equal scores is the mean of theirs.
local function gain(x, y, discount)
  local _, inverse, counts = torch.unique(-x, {return_inverse = true, return_counts = true})
  local mean = torch.zeros(#counts, {device = x.device}):index_add(1, inverse:reshape(-1), y) / counts
  local sums = discount:cumsum(1):index_select(1, counts:cumsum(1))
  local steps = torch.cat({sums:narrow(1, 1, 1), sums:diff()})
  return (mean * steps):sum()
end

local function ndcg(o, x, y)
  local discount = 1 / (torch.arange(1, #x + 1, {dtype = "float32", device = x.device}) + 1):log2()
  local k = how_many(o, x)
  if k < #x then discount[{{k + 1, #x}}] = 0 end
  local best = (y:sort({descending = true}) * discount):sum()
  if best:item() == 0 then return zero(x) end
  return gain(x, y, discount) / best
end

--- Precision and recall of the first 1, 2, … max_k.
local function precision_recall(o, x, y)
  local n, most = #x, o.max_k or #x
  local k = torch.arange(1, most + 1, {device = x.device})
  if o.adaptive_k then k = k:clamp({max = n}) end
  local relevant = y:sum()
  if relevant:item() == 0 then return torch.zeros(most), torch.zeros(most), k end
  local found = ordered(x, y, math.min(most, n))
  if most > n then found = torch.cat({found, torch.zeros(most - n, {device = x.device})}) end
  found = found:cumsum(1)
  return found / k, found / relevant, k
end

-- ---- functions ---------------------------------------------------------------------------------

local TOP_K <const> = {"top_k", kind = "positive"}
local ADAPTIVE <const> = {"adaptive_k", kind = "boolean", default = false}
local MAX_K <const> = {"max_k", kind = "positive"}
local MAX_FPR <const> = {"max_fpr", kind = "number", above = 0}

--- {function, class, of one query, its options, what it is, graded}
local METRICS <const> = {
  {"retrieval_average_precision", "RetrievalMAP", average_precision, {TOP_K},
    "The mean of the precision at each relevant result"},
  {"retrieval_reciprocal_rank", "RetrievalMRR", reciprocal_rank, {TOP_K},
    "1 over the place of the first relevant result"},
  {"retrieval_precision", "RetrievalPrecision", precision, {TOP_K, ADAPTIVE},
    "The share of relevant ones in the results"},
  {"retrieval_recall", "RetrievalRecall", recall, {TOP_K}, "The share of the relevant ones that are in the results"},
  {"retrieval_fall_out", "RetrievalFallOut", fall_out, {TOP_K},
    "The share of the irrelevant ones that are in the results"},
  {"retrieval_hit_rate", "RetrievalHitRate", hit_rate, {TOP_K}, "Whether a relevant one is in the results"},
  {"retrieval_r_precision", "RetrievalRPrecision", r_precision, {},
    "The share of relevant ones in as many results as there are relevant ones"},
  {"retrieval_auroc", "RetrievalAUROC", auroc, {TOP_K, MAX_FPR}, "The area below the curve of the results"},
  {"retrieval_normalized_dcg", "RetrievalNormalizedDCG", ndcg, {TOP_K},
    "The discounted gain of graded relevance, over that of the best order", true},
}

-- ---- over queries --------------------------------------------------------------------------------

local EMPTY <const> = {"empty_target_action", kind = "string", choices = {"neg", "pos", "skip", "error"},
  default = "neg"}
local IGNORE <const> = {"ignore_index", kind = "integer"}
local AGGREGATION <const> = {"aggregation", kind = "any", default = "mean"}
local AGGREGATIONS <const> = {
  mean = function(x) return x:mean() end, median = function(x) return x:median() end,
  min = function(x) return x:min() end, max = function(x) return x:max() end,
}

local function check_options(o)
  local how = o.aggregation
  if how and not AGGREGATIONS[how] and not options.is_callable(how) then
    options.wrong(o._name, "aggregation", nil, "mean, median, min, max or a function", how)
  end
end

local function update(graded)
  return function(o, preds, target, indexes)
    if indexes:is_floating_point() or indexes:numel() ~= preds:numel() then
      options.wrong(o._name, "indexes", 3, ("the number of the query of each of the %d predictions"):format(
        preds:numel()), indexes)
    end
    indexes = indexes:reshape(-1)
    if o.ignore_index then
      local keep = target:reshape(-1):ne(o.ignore_index)
      preds, target = preds:reshape(-1):masked_select(keep), target:reshape(-1):masked_select(keep)
      indexes = indexes:masked_select(keep)
    end
    local x, y = check(o, preds, target, graded)
    return {preds = x, target = y, indexes = indexes:long()}
  end
end

--- Calls f(x, y) for each query; `empty` tells those without what they need, which are treated as the option says.
local function each_query(o, s, empty, f)
  local action = o.empty_target_action
  for _, query in ipairs(s.indexes:unique():tolist()) do
    local here = s.indexes:eq(query)
    local x, y = s.preds:masked_select(here), s.target:masked_select(here)
    if not empty(y) then f(x, y)
    elseif action == "error" then options.raise(("%s: query %d has no target"):format(o._name, query))
    elseif action ~= "skip" then f(x, y, action == "pos" and 1 or 0) end
  end
end

local function no_positive(y) return y:sum():item() == 0 end
local function no_negative(y) return (1 - y):sum():item() == 0 end
local STATES <const> = {preds = "cat", target = "cat", indexes = "cat"}

for _, metric in ipairs(METRICS) do
  local name, class, of_query, own, doc, graded = table.unpack(metric)
  rows.define {name, family = "retrieval", inputs = INPUTS, options = own, doc = doc .. ", of one query.",
    update = function(o, preds, target) return {check(o, preds, target, graded)} end,
    compute = function(o, s) return of_query(o, s[1], s[2]) end}
  local list = {EMPTY, IGNORE}
  table.move(own, 1, #own, #list + 1, list)
  list[#list + 1] = AGGREGATION
  local empty = name == "retrieval_fall_out" and no_negative or no_positive
  rows.define {class = class, family = "retrieval", inputs = INDEXED, options = list, states = STATES,
    doc = doc .. ", over queries; indexes tell which query each prediction belongs to.", check = check_options,
    update = update(graded), higher_is_better = name ~= "retrieval_fall_out",
    compute = function(o, s)
      local values = {}
      each_query(o, s, empty, function(x, y, value)
        values[#values + 1] = value and torch.full({}, value, {dtype = "float32"}) or of_query(o, x, y)
      end)
      if #values == 0 then return zero(s.preds) end
      local all = torch.stack(values)
      return (AGGREGATIONS[o.aggregation] or o.aggregation)(all)
    end}
end

local function mean_curve(o, s)
  local most = o.max_k
  if not most then
    most = 1
    each_query({empty_target_action = "neg"}, s, no_positive, function(x) most = math.max(most, #x) end)
  end
  local precisions, recalls = {}, {}
  each_query(o, s, no_positive, function(x, y, value)
    local p, r = torch.full({most}, value or 0), torch.full({most}, value or 0)
    if not value then p, r = precision_recall({max_k = most, adaptive_k = o.adaptive_k}, x, y) end
    precisions[#precisions + 1], recalls[#recalls + 1] = p, r
  end)
  local k = torch.arange(1, most + 1)
  if #precisions == 0 then return torch.zeros(most), torch.zeros(most), k end
  return torch.stack(precisions):mean(1), torch.stack(recalls):mean(1), k
end

local CURVE <const> = {MAX_K, ADAPTIVE, EMPTY, IGNORE}
rows.define {"retrieval_precision_recall_curve", family = "retrieval", inputs = INPUTS, options = {MAX_K, ADAPTIVE},
  results = "Tensor, Tensor, Tensor",
    doc = "Precision and recall of the first 1, 2, … max_k results, and these numbers.",
  update = function(o, preds, target) return {check(o, preds, target)} end,
  compute = function(o, s) return precision_recall(o, s[1], s[2]) end}
rows.define {class = "RetrievalPrecisionRecallCurve", family = "retrieval", inputs = INDEXED, options = CURVE,
  states = STATES, update = update(false), compute = mean_curve, higher_is_better = true,
  doc = "The mean over queries of precision and recall of the first 1, 2, … max_k results, and these numbers."}
rows.define {class = "RetrievalRecallAtFixedPrecision", family = "retrieval", inputs = INDEXED, states = STATES,
  options = {{"min_precision", kind = "number", default = 0, least = 0, most = 1}, table.unpack(CURVE)},
  update = update(false), higher_is_better = true,
  doc = "The highest mean recall with a mean precision of at least min_precision, and how many results it takes.",
  compute = function(o, s)
    local p, r, k = mean_curve(o, s)
    local best = p:ge(o.min_precision):float() * r
    local at = best:argmax():item()
    if best[at]:item() == 0 then return zero(p), k[-1] end
    return best[at], k[at]
  end}

