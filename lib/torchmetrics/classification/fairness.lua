--- Differences of binary predictions between groups, which are numbered from 0.
local inputs = require "torchmetrics.classification.inputs"
local options = require "torch.utils.options"
local ratios = require "torchmetrics.ratios"
local rows = require "torchmetrics.rows"
local tasks = require "torchmetrics.classification.tasks"

local GROUPS <const> = {"groups", kind = "tensor", required = true}
local PREDS <const>, TARGET <const> = tasks.inputs[1], tasks.inputs[2]

--- The counts of each group, vectors.
local function count(o, preds, target, groups)
  if groups:is_floating_point() or groups:numel() ~= preds:numel() or groups:numel() == 0 then
    options.wrong(o._name, "groups", nil, ("the number of the group of each of the %d predictions"):format(
      preds:numel()), groups)
  end
  groups = groups:reshape(-1):long()
  if groups:min():item() < 0 then options.wrong(o._name, "groups", nil, "numbers of groups, from 0", groups) end
  local n = o.num_groups or groups:max():item() + 1
  if groups:max():item() >= n then
    options.raise(("%s: 'groups': expected numbers of groups from 0 to %d, got %d"):format(o._name, n - 1,
      groups:max():item()))
  end
  local yes, is = inputs.decided(o, preds, target)
  yes, is = yes:reshape(-1), is:reshape(-1)
  local function sum(a, truth)
    return torch.zeros(n, {dtype = "int64", device = is.device}):index_add(1, groups + 1,
      a:logical_and(is:eq(truth)):long())
  end
  local no = yes:logical_not()
  return {tp = sum(yes, 1), fp = sum(yes, 0), tn = sum(no, 0), fn = sum(no, 1)}
end

local STATES <const> = {tp = "sum", fp = "sum", tn = "sum", fn = "sum"}

local function stat_rates(_, s)
  local all, result = torch.stack({s.tp, s.fp, s.tn, s.fn}, 2), {}
  for group = 1, all:size(1) do result["group_" .. group - 1] = all[group] / all[group]:sum() end
  return result
end

--- {KIND_lowest_highest = the rate of the group with the lowest one over that of the highest}
local function parity(kind, rates)
  local low, high = rates:argmin():item(), rates:argmax():item()
  return {[("%s_%d_%d"):format(kind, low - 1, high - 1)] = ratios.divide(rates[low], rates[high])}
end

local function demographic(_, s) return parity("DP", ratios.divide(s.tp + s.fp, s.tp + s.fp + s.tn + s.fn)) end
local function opportunity(_, s) return parity("EO", ratios.divide(s.tp, s.tp + s.fn)) end

local function fairness(o, s)
  local result = {}
  if o.task ~= "equal_opportunity" then for k, v in pairs(demographic(o, s)) do result[k] = v end end
  if o.task ~= "demographic_parity" then for k, v in pairs(opportunity(o, s)) do result[k] = v end end
  return result
end

local OWN <const> = tasks.parameters "threshold ignore_index validate_args"
local NUMBER <const> = {"num_groups", kind = "positive", required = true}
local TASK <const> = {"task", kind = "string", choices = {"demographic_parity", "equal_opportunity", "all"},
  default = "all"}
local function with(...)
  local list = {...}
  return table.move(OWN, 1, #OWN, #list + 1, list)
end

rows.define {"binary_groups_stat_rates", class = "BinaryGroupStatRates", family = "classification",
  inputs = {PREDS, TARGET, GROUPS}, options = with(NUMBER), states = STATES, update = count, compute = stat_rates,
  results = "any",
  doc = "The shares of true positives, false positives, true negatives and false negatives in each group."}
rows.define {"binary_fairness", class = "BinaryFairness", family = "classification", inputs = {PREDS, TARGET, GROUPS},
  options = with(TASK), class_options = with(NUMBER, TASK), states = STATES, update = count, compute = fairness,
  results = "any", doc = "Demographic parity and equal opportunity: the lowest over the highest rate of the groups."}
rows.define {"demographic_parity", family = "classification", inputs = {PREDS, GROUPS}, options = OWN,
  update = function(o, preds, groups)
    return count(o, preds, torch.zeros(preds.shape, {dtype = "int64", device = preds.device}), groups)
  end, compute = demographic, results = "any",
  doc = "The lowest over the highest share of positive predictions of the groups."}
rows.define {"equal_opportunity", family = "classification", inputs = {PREDS, TARGET, GROUPS}, options = OWN,
  update = count, compute = opportunity, results = "any",
  doc = "The lowest over the highest share of positives that are found, of the groups."}
