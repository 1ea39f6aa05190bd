local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"

--- torch.optim.lr_scheduler.PolynomialLR(optimizer: any, total_iters: int = 5, power: number = 1, last_epoch: int =
-- -1): The rates times (1 - t / total_iters) ^ power in step t, and 0 from step total_iters on.
-- Example: torch.optim.lr_scheduler.PolynomialLR(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), 100, 2)
local PolynomialLR = torch.class("torch.optim.lr_scheduler.PolynomialLR", LRScheduler)

define(PolynomialLR, "PolynomialLR",
  {{"total_iters", kind = "positive", default = 5}, {"power", kind = "number", default = 1.0}})

function PolynomialLR:get_lr()
  local t, n, factor = self.last_epoch, self.total_iters, 1
  if not self.is_initial and t <= n then factor = ((1 - t / n) / (1 - (t - 1) / n)) ^ self.power end
  return self:each_lr(function(lr) return lr * factor end)
end

function PolynomialLR:_closed_form_lr(base)
  return base * (1 - math.min(self.total_iters, self.last_epoch) / self.total_iters) ^ self.power
end

return PolynomialLR
