local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"

--- torch.optim.lr_scheduler.StepLR(optimizer: any, step_size: int, gamma: number = 0.1, last_epoch: int = -1): The
-- rates times gamma every step_size steps.
-- Example: torch.optim.lr_scheduler.StepLR(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), 30)
local StepLR = torch.class("torch.optim.lr_scheduler.StepLR", LRScheduler)

define(StepLR, "StepLR", {{"step_size", kind = "positive", required = true}, {"gamma", kind = "number", default = 0.1}})

function StepLR:get_lr()
  local falls = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
  return self:each_lr(function(lr) return falls and lr * self.gamma or lr end)
end

function StepLR:_closed_form_lr(base) return base * self.gamma ^ (self.last_epoch // self.step_size) end

return StepLR
