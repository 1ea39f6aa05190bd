--- Metrics that sum up values: their mean, sum, extremes, or all of them.
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"

local STRATEGIES <const> = {error = true, warn = true, ignore = true, disable = true}
local NAN <const> = {"nan_strategy", kind = "any", default = "warn"}

local function check(o)
  local s = o.nan_strategy
  if type(s) ~= "number" and not STRATEGIES[s] then
    options.wrong(o._name, "nan_strategy", 1, "error, warn, ignore, disable or a number", s)
  end
end

local function as_tensor(o, name, value)
  if type(value) == "number" then return torch.tensor(value, {dtype = "float32"}) end
  if not torch.is_tensor(value) then options.wrong(o._name, name, nil, "a number or a tensor", value) end
  return value:is_floating_point() and value or value:float()
end

--- The values, and weights of their shape, in one dimension, after what is to be done with NaN.
local function clean(o, value, weight)
  local x = as_tensor(o, "value", value)
  local w = as_tensor(o, "weight", weight or 1):to(x.device):to(x.dtype)
  local ok, expanded = options.try(function() return w:broadcast_to(x.shape) end)
  if not ok then
    options.wrong(o._name, "weight", 2, ("the shape of value (%s)"):format(table.concat(x.shape, "×")), w)
  end
  x, w = x:reshape(-1), expanded:reshape(-1)
  local nan = x:isnan():logical_or(w:isnan())
  if o.nan_strategy == "disable" or not nan:any():item() then return x, w end
  if o.nan_strategy == "error" then options.raise(o._name .. ": there is a NaN among the values") end
  if type(o.nan_strategy) == "number" then return x:masked_fill(nan, o.nan_strategy), w:masked_fill(nan, 1) end
  if o.nan_strategy == "warn" then options.warn(o._name .. ": NaN among the values is left out") end
  local keep = nan:logical_not()
  return x:masked_select(keep), w:masked_select(keep)
end

local VALUE <const> = {"value", required = true}

--- A class whose state is one number; `of(x)` makes it of the values of a batch.
local function define(class, how, of, doc, higher)
  rows.define {class = class, family = "aggregation", inputs = {VALUE}, options = {NAN}, check = check,
    states = {value = how}, doc = doc, higher_is_better = higher,
    update = function(o, value)
      local x = clean(o, value)
      return {value = of(x)}
    end,
    compute = function(_, s) return s.value end}
end

local function extreme(name, otherwise)
  return function(x)
    if x:numel() == 0 then return torch.full({}, otherwise, {dtype = x.dtype, device = x.device}) end
    return x[name](x)
  end
end

define("SumMetric", "sum", function(x) return x:sum() end, "The sum of values.")
define("MaxMetric", "max", extreme("max", -math.huge), "The largest of values.", true)
define("MinMetric", "min", extreme("min", math.huge), "The smallest of values.", false)
rows.define {class = "CatMetric", family = "aggregation", inputs = {VALUE}, options = {NAN}, check = check,
  states = {value = "cat"}, doc = "All values, one after another.",
  update = function(o, value)
    local x = clean(o, value)
    return {value = x}
  end,
  compute = function(_, s) return #s.value == 1 and s.value[1] or s.value end}

rows.define {class = "MeanMetric", family = "aggregation", inputs = {VALUE, {"weight"}}, options = {NAN}, check = check,
  states = {value = "sum", weight = "sum"}, doc = "The mean of values, which may have weights.",
  update = function(o, value, weight)
    local x, w = clean(o, value, weight)
    return {value = (x * w):sum(), weight = w:sum()}
  end,
  compute = function(_, s) return s.value / s.weight end}

for class, base in pairs {RunningMean = "MeanMetric", RunningSum = "SumMetric"} do
  rows.define {class = class, family = "aggregation", inputs = {VALUE}, doc = ("The %s of the values of the last "
    .. "`window` updates."):format(class:match "Running(%u%l+)":lower()),
    options = {{"window", kind = "positive", default = 5}, NAN},
    choose = function(o)
      local metric = require "torchmetrics.aggregation"[base]({nan_strategy = o.nan_strategy})
      return require "torchmetrics.wrappers.Running"(metric, {window = o.window})
    end}
end
