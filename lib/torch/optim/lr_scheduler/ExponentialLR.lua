local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"

--- torch.optim.lr_scheduler.ExponentialLR(optimizer: any, gamma: number, last_epoch: int = -1): The rates times gamma
-- after each step.
-- Example: torch.optim.lr_scheduler.ExponentialLR(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), 0.95)
local ExponentialLR = torch.class("torch.optim.lr_scheduler.ExponentialLR", LRScheduler)

define(ExponentialLR, "ExponentialLR", {{"gamma", kind = "number", required = true}})

function ExponentialLR:get_lr()
  return self:each_lr(function(lr) return self.is_initial and lr or lr * self.gamma end)
end

function ExponentialLR:_closed_form_lr(base) return base * self.gamma ^ self.last_epoch end

return ExponentialLR
