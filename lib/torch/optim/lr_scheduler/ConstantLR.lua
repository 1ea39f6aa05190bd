local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"
local options = require "torch.utils.options"

--- torch.optim.lr_scheduler.ConstantLR(optimizer: any, factor: number = 1/3, total_iters: int = 5, last_epoch: int =
-- -1): The rates times `factor` for the first total_iters steps, and then the rates themselves.
-- Example: torch.optim.lr_scheduler.ConstantLR(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), 0.5, 4)
local ConstantLR = torch.class("torch.optim.lr_scheduler.ConstantLR", LRScheduler)

define(ConstantLR, "ConstantLR",
  {{"factor", kind = "number", default = 1 / 3}, {"total_iters", kind = "count", default = 5}}, function(self, name)
    if not (self.factor > 0 and self.factor <= 1) then
      options.wrong(name, "factor", 2, "a number above 0, 1 or less", self.factor)
    end
  end)

function ConstantLR:get_lr()
  local factor = self.last_epoch == 0 and self.factor or self.last_epoch == self.total_iters and 1 / self.factor or 1
  return self:each_lr(function(lr) return lr * factor end)
end

function ConstantLR:_closed_form_lr(base) return self.last_epoch >= self.total_iters and base or base * self.factor end

return ConstantLR
