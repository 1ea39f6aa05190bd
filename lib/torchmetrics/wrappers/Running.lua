local Wrapper = require "torchmetrics.wrappers.wrapper"
local options = require "torch.utils.options"

--- torchmetrics.wrappers.Running(base_metric: any, window: int = 5): A metric over the last `window` updates.
-- Example:
--     local last = torchmetrics.wrappers.Running(torchmetrics.SumMetric(), {window = 2})
--     for i = 1, 5 do last:update(i) end
--     return last:compute()
local Running = torch.class("torchmetrics.wrappers.Running", Wrapper)

function Running:__init(...)
  local given = options.read("Running", {{"base_metric", kind = "any", required = true},
    {"window", kind = "positive", default = 5}}, ...)
  self.metric = Wrapper.check("Running", "base_metric", 1, given.base_metric)
  self.window, self._batches, self._updates = given.window, {}, 0
end

local function keep(self, ...)
  table.insert(self._batches, table.pack(...))
  if #self._batches > self.window then table.remove(self._batches, 1) end
end

function Running:update(...)
  self.metric:update(...)
  keep(self, ...)
  self._updates = self._updates + 1
end

function Running:forward(...)
  local value = table.pack(self.metric(...))
  keep(self, ...)
  return table.unpack(value, 1, value.n)
end

function Running:compute()
  if #self._batches == 0 then options.raise "Running: compute() before the first update()" end
  self.metric:reset()
  for _, batch in ipairs(self._batches) do self.metric:update(table.unpack(batch, 1, batch.n)) end
  return self.metric:compute()
end

function Running:reset()
  self.metric:reset()
  self._batches, self._updates = {}, 0
end
-- Calls of update alone are counted, as in torchmetrics; what forward took in is there nevertheless.
function Running:__get_update_count() return self._updates end
function Running:__get_update_called() return #self._batches > 0 end

return Running
