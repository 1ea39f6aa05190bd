local Wrapper = require "torchmetrics.wrappers.wrapper"
local options = require "torch.utils.options"

--- torchmetrics.wrappers.MinMaxMetric(base_metric: any): The value of a metric and its extremes over the times at which
-- it was computed: {raw =, max =, min =}.
-- Example:
--     local span = torchmetrics.wrappers.MinMaxMetric(torchmetrics.SumMetric())
--     span:update(3)
--     return span:compute().max
local MinMax = torch.class("torchmetrics.wrappers.MinMaxMetric", Wrapper)

function MinMax:__init(...)
  local given = options.read("MinMaxMetric", {{"base_metric", kind = "any", required = true}}, ...)
  self.metric = Wrapper.check("MinMaxMetric", "base_metric", 1, given.base_metric)
  self._count = 0
end

function MinMax:update(...)
  self.metric:update(...)
  self._count = self._count + 1
end

function MinMax:compute()
  local value = self.metric:compute()
  if not torch.is_tensor(value) or value:numel() ~= 1 then
    options.raise "MinMaxMetric: expected a metric whose value is one number"
  end
  self.max_val = self.max_val and self.max_val:maximum(value) or value
  self.min_val = self.min_val and self.min_val:minimum(value) or value
  return {raw = value, max = self.max_val, min = self.min_val}
end

--- The value on this batch alone, which the metric holds from then on.
function MinMax:forward(...)
  self.metric:reset()
  self:update(...)
  return self:compute()
end

function MinMax:reset()
  self.metric:reset()
  self.max_val, self.min_val, self._count = nil, nil, 0
end
function MinMax:__get_update_count() return self._count end

return MinMax
