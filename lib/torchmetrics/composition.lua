--- The metric that arithmetic of metrics gives: the same arithmetic of their values.
local Metric = require "torchmetrics.Metric"

local Composition = torch.class("torchmetrics.CompositionalMetric", Metric)

function Composition:__init(f, a, b)
  self.operation = f
  self.metric_a, self.metric_b = a, b
end

local function is_metric(x) return torch.isinstance(x, Metric) end

local function each(self, method, ...)
  if is_metric(self.metric_a) then self.metric_a[method](self.metric_a, ...) end
  if is_metric(self.metric_b) then self.metric_b[method](self.metric_b, ...) end
end

local function value(x, method, ...)
  if is_metric(x) then return x[method](x, ...) end
  return x
end

function Composition:update(...) each(self, "update", ...) end
function Composition:reset() each(self, "reset") end
function Composition:persistent(mode) each(self, "persistent", mode) end
function Composition:compute()
  return self.operation(value(self.metric_a, "compute"), value(self.metric_b, "compute"))
end
function Composition:forward(...)
  return self.operation(value(self.metric_a, "forward", ...), value(self.metric_b, "forward", ...))
end
function Composition:__get_update_count()
  return value(is_metric(self.metric_a) and self.metric_a or self.metric_b, "__get_update_count")
end
function Composition:__get_update_called() return self.update_count > 0 end

return Composition
