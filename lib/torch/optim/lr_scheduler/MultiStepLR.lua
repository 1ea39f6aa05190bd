local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"
local options = require "torch.utils.options"

--- torch.optim.lr_scheduler.MultiStepLR(optimizer: any, milestones: int[], gamma: number = 0.1, last_epoch: int = -1):
-- The rates times gamma after each of the numbers of steps in `milestones`.
-- Example: torch.optim.lr_scheduler.MultiStepLR(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), {30, 80})
local MultiStepLR = torch.class("torch.optim.lr_scheduler.MultiStepLR", LRScheduler)

define(MultiStepLR, "MultiStepLR",
  {{"milestones", kind = "table", required = true}, {"gamma", kind = "number", default = 0.1}}, function(self, name)
    local sorted = {}
    for i, milestone in ipairs(self.milestones) do
      sorted[i] = options.integer(milestone)
      if not sorted[i] then options.wrong(name, "milestones", 2, "an array of integers", milestone) end
    end
    table.sort(sorted)
    self.milestones = sorted
  end)

function MultiStepLR:get_lr()
  local falls = 0
  for _, milestone in ipairs(self.milestones) do falls = milestone == self.last_epoch and falls + 1 or falls end
  return self:each_lr(function(lr) return falls > 0 and lr * self.gamma ^ falls or lr end)
end

function MultiStepLR:_closed_form_lr(base)
  local falls = 0
  for _, milestone in ipairs(self.milestones) do falls = milestone <= self.last_epoch and falls + 1 or falls end
  return base * self.gamma ^ falls
end

return MultiStepLR
