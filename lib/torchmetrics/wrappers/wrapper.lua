--- The class of metrics that hold one other metric.
local Metric = require "torchmetrics.Metric"
local options = require "torch.utils.options"

local Wrapper = torch.class("torchmetrics.wrappers.Wrapper", Metric)

--- The metric that was given as this argument.
function Wrapper.check(name, parameter, position, value)
  if not torch.isinstance(value, Metric) then options.wrong(name, parameter, position, "a metric", value) end
  return value
end

function Wrapper:update(...) self.metric:update(...) end
function Wrapper:compute() return self.metric:compute() end
function Wrapper:forward(...) return self.metric(...) end
function Wrapper:reset() self.metric:reset() end
function Wrapper:persistent(mode) self.metric:persistent(mode) end
function Wrapper:__get_update_count() return self.metric.update_count end
function Wrapper:__get_update_called() return self.update_count > 0 end

return Wrapper
