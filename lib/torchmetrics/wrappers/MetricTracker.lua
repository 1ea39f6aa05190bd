local Metric = require "torchmetrics.Metric"
local options = require "torch.utils.options"

--- torchmetrics.wrappers.MetricTracker(metric: any, maximize: any = nil): A metric or a collection over epochs:
-- increment() begins an epoch, update and compute are of the last one, compute_all() gives the values of all, and
-- best_metric() the best. maximize: whether a larger value is better, for a collection also {name = boolean}; by
-- default what the metric says of itself (higher_is_better).
-- Example:
--     local tracker = torchmetrics.wrappers.MetricTracker(torchmetrics.SumMetric())
--     for _, value in ipairs {1, 3, 2} do
--       tracker:increment()
--       tracker:update(value)
--     end
--     return tracker:best_metric({return_step = true})
local Tracker = torch.class("torchmetrics.wrappers.MetricTracker", torch.nn.Module)

local function is_metric(x)
  return torch.isinstance(x, Metric) or torch.isinstance(x, require "torchmetrics.MetricCollection")
end

function Tracker:__init(...)
  local given = options.read("MetricTracker", {{"metric", kind = "any", required = true}, {"maximize"}}, ...)
  if not is_metric(given.metric) then
    options.wrong("MetricTracker", "metric", 1, "a metric or a MetricCollection", given.metric)
  end
  self._base, self._epochs = given.metric:clone(), {}
  self.maximize = given.maximize
  if given.maximize == nil then self.maximize = self:_known_directions() end
end

--- Whether larger values are better: what the metric says, or those of a collection by the names of their values.
function Tracker:_known_directions()
  if torch.isinstance(self._base, Metric) then return self._base.higher_is_better ~= false end
  local larger = {}
  for _, key in ipairs(self._base:keys()) do
    local name = key:sub(#(self._base.prefix or "") + 1, -#(self._base.postfix or "") - 1)
    larger[key] = self._base.metrics[name].higher_is_better ~= false
  end
  return larger
end

local function now(self, name)
  local last = self._epochs[#self._epochs]
  if not last then options.raise(("MetricTracker: %s() before increment()"):format(name)) end
  return last
end

--- torchmetrics.wrappers.MetricTracker:increment(): Begins an epoch.
function Tracker:increment()
  local metric = self._base:clone()
  metric:reset()
  table.insert(self._epochs, metric)
end

--- torchmetrics.wrappers.MetricTracker:update(...): Takes a batch into the state of this epoch.
function Tracker:update(...) now(self, "update"):update(...) end
--- torchmetrics.wrappers.MetricTracker:forward(...) -> any: The value on this batch alone, which is taken in.
function Tracker:forward(...) return now(self, "forward")(...) end
--- torchmetrics.wrappers.MetricTracker:compute() -> any: The value over the batches of this epoch.
function Tracker:compute() return now(self, "compute"):compute() end
--- torchmetrics.wrappers.MetricTracker:reset(): Begins this epoch anew.
function Tracker:reset() now(self, "reset"):reset() end

function Tracker:__getattr(key) if key == "n_steps" then return #self._epochs end end

--- torchmetrics.wrappers.MetricTracker:compute_all() -> any: The values of all epochs in one tensor, or one by name.
function Tracker:compute_all()
  now(self, "compute_all")
  local values = {}
  for i, metric in ipairs(self._epochs) do values[i] = metric:compute() end
  if torch.is_tensor(values[1]) then return torch.stack(values) end
  local result = {}
  for name in pairs(values[1]) do
    local list = {}
    for i, v in ipairs(values) do list[i] = v[name] end
    result[name] = torch.is_tensor(list[1]) and torch.stack(list) or list
  end
  return result
end

--- torchmetrics.wrappers.MetricTracker:reset_all(): Begins all epochs anew.
function Tracker:reset_all() for _, metric in ipairs(self._epochs) do metric:reset() end end

local function best(values, larger)
  if values.ndim ~= 1 then return nil, nil end
  local value, at = (larger and values.max or values.min)(values, 1)
  return value:item(), at:item()
end

--- torchmetrics.wrappers.MetricTracker:best_metric({return_step: bool = false}) -> any: The best value of all epochs,
-- and with return_step its epoch, from 1; of a collection by name.
function Tracker:best_metric(...)
  local given = options.read("best_metric", {{"return_step", kind = "boolean", default = false}}, ...)
  local all = self:compute_all()
  local values, steps = {}, {}
  if torch.is_tensor(all) then values, steps = best(all, self.maximize)
  else
    for name, x in pairs(all) do
      local larger = self.maximize
      if type(larger) == "table" then larger = larger[name] ~= false end
      if torch.is_tensor(x) then values[name], steps[name] = best(x, larger) end
    end
  end
  if given.return_step then return values, steps end
  return values
end

return Tracker
