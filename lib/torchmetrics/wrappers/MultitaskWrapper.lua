local Wrapper = require "torchmetrics.wrappers.wrapper"
local options = require "torch.utils.options"

--- torchmetrics.wrappers.MultitaskWrapper(task_metrics: any, prefix: string = nil, postfix: string = nil): Metrics of
-- several tasks by name; update and forward take tables of predictions and of targets with these names.
-- Example:
--     local both = torchmetrics.wrappers.MultitaskWrapper({kind = torchmetrics.classification.BinaryAccuracy(),
--       size = torchmetrics.MeanSquaredError()})
--     both:update({kind = torch.tensor({1}), size = torch.tensor({2.})}, {kind = torch.tensor({1}),
--       size = torch.tensor({3.})})
--     return both:compute().size
local Multitask = torch.class("torchmetrics.wrappers.MultitaskWrapper", Wrapper)

function Multitask:__init(...)
  local given = options.read("MultitaskWrapper", {{"task_metrics", kind = "table", required = true},
    {"prefix", kind = "string", default = ""}, {"postfix", kind = "string", default = ""}}, ...)
  local names = {}
  for name, metric in pairs(given.task_metrics) do
    if type(name) ~= "string" then options.wrong("MultitaskWrapper", "task_metrics", 1, "metrics by name", name) end
    Wrapper.check("MultitaskWrapper", "task_metrics." .. name, nil, metric)
    names[#names + 1] = name
  end
  if #names == 0 then options.wrong("MultitaskWrapper", "task_metrics", 1, "metrics by name", given.task_metrics) end
  table.sort(names)
  self.names, self.prefix, self.postfix = names, given.prefix, given.postfix
  self.task_metrics = torch.nn.ModuleDict(given.task_metrics)
end

local function each(self, f)
  local result = {}
  for _, name in ipairs(self.names) do
    result[self.prefix .. name .. self.postfix] = f(self.task_metrics[name], name)
  end
  return result
end

local function check(self, what, position, values)
  for _, name in ipairs(self.names) do
    if type(values) ~= "table" or values[name] == nil then
      options.wrong("MultitaskWrapper", what, position, ("a table with the names %s"):format(
        table.concat(self.names, ", ")), values)
    end
  end
end

function Multitask:update(preds, target)
  check(self, "task_preds", 1, preds)
  check(self, "task_targets", 2, target)
  each(self, function(m, name) m:update(preds[name], target[name]) end)
end
function Multitask:forward(preds, target)
  check(self, "task_preds", 1, preds)
  check(self, "task_targets", 2, target)
  return each(self, function(m, name) return m(preds[name], target[name]) end)
end
function Multitask:compute() return each(self, function(m) return m:compute() end) end
function Multitask:reset() each(self, function(m) m:reset() end) end
function Multitask:persistent(mode) each(self, function(m) m:persistent(mode) end) end
function Multitask:__get_update_count() return self.task_metrics[self.names[1]].update_count end

return Multitask
