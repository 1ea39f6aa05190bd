--- Metrics of the order in which labels are put, of multilabel predictions.
local inputs = require "torchmetrics.classification.inputs"
local rows = require "torchmetrics.rows"
local tasks = require "torchmetrics.classification.tasks"

--- Scores (N, L) and which labels are there; what is ignored has the score of none.
local function format(o, preds, target)
  inputs.check_multilabel(o, preds, target)
  local x, y = inputs.in_rows(inputs.probabilities(preds)), inputs.in_rows(target)
  if o.ignore_index then
    local ignored = y:eq(o.ignore_index)
    local none = -4 * o.num_labels
    x, y = x:masked_fill(ignored, none), y:masked_fill(ignored, none)
  end
  return x, y
end

local function coverage(x, y)
  local lowest = (x + y:eq(0):to(x.dtype) * (x:min():abs() + 10)):amin(2)
  return x:ge(lowest:unsqueeze(2)):sum(2):float():sum(), x:size(1)
end

--- The rank of each score in its row, from the highest: how many are at least as high, among those that count.
local function ranks(x, count)
  return (x:unsqueeze(2):ge(x:unsqueeze(3)):logical_and(count:unsqueeze(2))):sum(3):float()
end

local function average_precision(x, y)
  local is = y:eq(1)
  local n, l = is:sum(2), x:size(2)
  local share = (ranks(x, is) / ranks(x, torch.ones_like(is))):masked_fill(is:logical_not(), 0):sum(2) / n
  share = share:masked_fill(n:eq(0):logical_or(n:eq(l)), 1)
  return share:sum(), x:size(1)
end

local function ranking_loss(x, y)
  local is, l = y:eq(1), x:size(2)
  local n = is:sum(2)
  local keep = n:gt(0):logical_and(n:lt(l)):nonzero():squeeze(2)
  if #keep == 0 then return torch.zeros({}, {device = x.device}), 1 end
  x, is, n = x:index_select(1, keep), is:index_select(1, keep), n:index_select(1, keep)
  local place = x:argsort(2):argsort(2) - 1
  local loss = ((l - place) * is:long()):sum(2):float() - n * (n + 1) / 2
  return (loss / (n * (l - n))):sum(), y:size(1)
end

for _, metric in ipairs {
  {"multilabel_coverage_error", "MultilabelCoverageError", coverage, false,
    "How far down the order of labels one must go to meet all that are there"},
  {"multilabel_ranking_average_precision", "MultilabelRankingAveragePrecision", average_precision, true,
    "The mean, over the labels that are there, of the share of such labels among those ranked as high"},
  {"multilabel_ranking_loss", "MultilabelRankingLoss", ranking_loss, false,
    "The share of pairs of a label that is there and one that is not which stand in the wrong order"},
} do
  local name, class, measure, higher, doc = table.unpack(metric)
  rows.define {name, class = class, family = "classification", inputs = tasks.inputs,
    options = tasks.parameters "num_labels ignore_index validate_args", states = {measure = "sum", total = "sum"},
    update = function(o, preds, target)
      local sum, n = measure(format(o, preds, target))
      return {measure = sum, total = n}
    end,
    compute = function(_, s) return s.measure / s.total end, doc = doc .. ".", higher_is_better = higher}
end
