local Wrapper = require "torchmetrics.wrappers.wrapper"
local options = require "torch.utils.options"

--- torchmetrics.wrappers.ClasswiseWrapper(metric: any, labels: any = nil, prefix: string = nil, postfix: string = nil):
-- The values of a metric with average = "none" by the names of the classes: NAME_LABEL, or with prefix and postfix.
-- Example:
--     local recall = torchmetrics.classification.MulticlassRecall(2, {average = "none"})
--     local named = torchmetrics.wrappers.ClasswiseWrapper(recall, {labels = {"cat", "dog"}})
--     named:update(torch.tensor({1, 2}), torch.tensor({1, 1}))
--     return named:compute().multiclassrecall_cat
local Classwise = torch.class("torchmetrics.wrappers.ClasswiseWrapper", Wrapper)

function Classwise:__init(...)
  local given = options.read("ClasswiseWrapper", {{"metric", kind = "any", required = true},
    {"labels", kind = "table"}, {"prefix", kind = "string"}, {"postfix", kind = "string"}}, ...)
  self.metric = Wrapper.check("ClasswiseWrapper", "metric", 1, given.metric)
  self.labels, self.prefix, self.postfix = given.labels, given.prefix, given.postfix
end

local function named(self, values)
  if not torch.is_tensor(values) or values.ndim ~= 1 then
    options.raise "ClasswiseWrapper: expected a metric with a value for each class (average = \"none\")"
  end
  local labels = self.labels
  if labels and #labels ~= #values then
    options.raise(("ClasswiseWrapper: expected %d labels, got %d"):format(#values, #labels))
  end
  local name = torch.typename(self.metric):match "[^.]*$":lower()
  local prefix = self.prefix or not self.postfix and name .. "_" or ""
  local result = {}
  for i = 1, #values do
    result[prefix .. tostring(labels and labels[i] or i) .. (self.postfix or "")] = values[i]
  end
  return result
end

function Classwise:compute() return named(self, self.metric:compute()) end
function Classwise:forward(...) return named(self, self.metric(...)) end

return Classwise
