local Metric = require "torchmetrics.Metric"
local options = require "torch.utils.options"

--- torchmetrics.MetricCollection(metrics: any, prefix: string = nil, postfix: string = nil, compute_groups: bool =
-- true): Several metrics as one, {name = metric, …} or an array of metrics (named by their classes): update, compute,
-- forward, reset of all, values by name. Those that count the same (as precision and recall) count together
-- (compute_groups).
-- Example:
--     local both = torchmetrics.MetricCollection({mse = torchmetrics.MeanSquaredError(),
--       mae = torchmetrics.MeanAbsoluteError()}, {prefix = "val_"})
--     both:update(torch.tensor({1., 2}), torch.tensor({1., 4}))
--     return both:compute().val_mae
local Collection = torch.class("torchmetrics.MetricCollection", torch.nn.Module)

local function add(self, name, metric, place)
  if torch.isinstance(metric, Collection) then
    for _, inner in ipairs(metric._names) do
      add(self, (metric.prefix or "") .. inner .. (metric.postfix or ""), metric.metrics[inner], place)
    end
    return
  end
  if not torch.isinstance(metric, Metric) then options.wrong("MetricCollection", place, nil, "a metric", metric) end
  for _, known in ipairs(self._names) do
    if known == name then options.raise(("MetricCollection: two metrics '%s'"):format(name)) end
  end
  table.insert(self._names, name)
  self.metrics[name] = metric
end

--- torchmetrics.MetricCollection:add_metrics(metrics: any): Adds metrics, in the forms that the constructor takes.
function Collection:add_metrics(metrics)
  if torch.isinstance(metrics, Metric) or torch.isinstance(metrics, Collection) then metrics = {metrics} end
  if type(metrics) ~= "table" then options.wrong("MetricCollection", "metrics", 1, "a table of metrics", metrics) end
  for i, metric in ipairs(metrics) do
    local ok, kind = options.try(torch.typename, metric)
    add(self, ok and kind and kind:match "[^.]*$" or tostring(i), metric, ("metrics[%d]"):format(i))
  end
  local names = {}
  for name in pairs(metrics) do if type(name) == "string" then names[#names + 1] = name end end
  table.sort(names)
  for _, name in ipairs(names) do add(self, name, metrics[name], "metrics." .. name) end
end

local PARAMETERS <const> = {{"metrics", required = true}, {"prefix", kind = "string"}, {"postfix", kind = "string"},
  {"compute_groups", kind = "boolean", default = true}}

function Collection:__init(...)
  local given = options.read("MetricCollection", PARAMETERS, ...)
  self.metrics = torch.nn.ModuleDict()
  self._names, self.prefix, self.postfix = {}, given.prefix, given.postfix
  self._shares = given.compute_groups
  self:add_metrics(given.metrics)
end

--- What metrics of a group have in common; nil for a metric that counts alone.
local function group_of(metric)
  local row = metric._row
  if not (row and row.same) then return nil end
  local parts = {tostring(row.update)}
  for _, name in ipairs(row.same) do
    local value = metric._options[name]
    parts[#parts + 1] = type(value) == "table" and table.concat(value, ",") or tostring(value)
  end
  return table.concat(parts, ";")
end

--- Calls f(name, metric, added) for each: `added` is what the batch adds, where several metrics share it.
local function each_added(self, f, ...)
  local added = {}
  for _, name in ipairs(self._names) do
    local metric = self.metrics[name]
    local group = self._shares and group_of(metric)
    if group then
      added[group] = added[group] or metric:_added(...)
      f(name, metric, added[group])
    else f(name, metric) end
  end
end

local function put(self, result, name, value)
  local function full(key) return (self.prefix or "") .. key .. (self.postfix or "") end
  if value.n == 1 and type(value[1]) == "table" and getmetatable(value[1]) == nil and value[1][1] == nil then
    for key, v in pairs(value[1]) do result[full(key)] = v end
  elseif value.n == 1 then result[full(name)] = value[1]
  else
    value.n = nil
    result[full(name)] = value
  end
end

--- torchmetrics.MetricCollection:update(...): Takes a batch into all metrics.
function Collection:update(...)
  local list = table.pack(...)
  torch.no_grad(function()
    each_added(self, function(_, metric, added)
      if added then metric:_take(added) else metric:update(table.unpack(list, 1, list.n)) end
    end, table.unpack(list, 1, list.n))
  end)
end

--- torchmetrics.MetricCollection:forward(...) -> any: The values on this batch alone, which is taken in.
function Collection:forward(...)
  local list, result = table.pack(...), {}
  each_added(self, function(name, metric, added)
    put(self, result, name, table.pack(metric:_value(added, table.unpack(list, 1, list.n))))
  end, ...)
  return result
end

--- torchmetrics.MetricCollection:compute() -> any: The values over all batches, by name.
function Collection:compute()
  local result = {}
  for _, name in ipairs(self._names) do put(self, result, name, table.pack(self.metrics[name]:compute())) end
  return result
end

--- torchmetrics.MetricCollection:reset(): Begins all metrics anew.
function Collection:reset() for _, name in ipairs(self._names) do self.metrics[name]:reset() end end

--- torchmetrics.MetricCollection:persistent(mode: bool = true): Whether the states are in the state_dict.
function Collection:persistent(mode)
  for _, name in ipairs(self._names) do self.metrics[name]:persistent(mode) end
end

--- torchmetrics.MetricCollection:keys() -> any: The names of the values, an array.
function Collection:keys()
  local names = {}
  for i, name in ipairs(self._names) do names[i] = (self.prefix or "") .. name .. (self.postfix or "") end
  return names
end

--- torchmetrics.MetricCollection:clone({prefix: string = nil, postfix: string = nil}) -> any: A copy, with another
-- prefix or postfix where they are given.
function Collection:clone(...)
  local given = options.read("clone", {{"prefix", kind = "string"}, {"postfix", kind = "string"}}, ...)
  local metrics = {}
  for _, name in ipairs(self._names) do metrics[name] = self.metrics[name]:clone() end
  return Collection(metrics, {prefix = given.prefix or self.prefix, postfix = given.postfix or self.postfix,
    compute_groups = self._shares})
end

--- The groups of metrics that count together, arrays of names.
function Collection:__getattr(key)
  if key == "compute_groups" then
    local by_group, list = {}, {}
    for _, name in ipairs(self._names) do
      local group = self._shares and group_of(self.metrics[name]) or name
      if not by_group[group] then
        by_group[group] = {}
        list[#list + 1] = by_group[group]
      end
      table.insert(by_group[group], name)
    end
    return list
  end
  local metrics = rawget(torch._C.fields_of(self), "_names") and self.metrics
  for _, name in ipairs(metrics and self._names or {}) do if name == key then return metrics[name] end end
end
function Collection:__len() return #self._names end

return Collection
