local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"
local groups = require "torch.optim.lr_scheduler.groups"

--- torch.optim.lr_scheduler.MultiplicativeLR(optimizer: any, lr_lambda: function, last_epoch: int = -1): The rates of
-- the step before times lr_lambda(t) in step t, from 1. `lr_lambda` may be an array with a function for each group.
-- Example:
--     local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1, momentum = 0.9})
--     return torch.optim.lr_scheduler.MultiplicativeLR(opt, function() return 0.95 end)
local MultiplicativeLR = torch.class("torch.optim.lr_scheduler.MultiplicativeLR", LRScheduler)

define(MultiplicativeLR, "MultiplicativeLR", {{"lr_lambda", required = true}}, groups.take_lambdas)

function MultiplicativeLR:get_lr()
  return self:each_lr(function(lr, _, i) return self.is_initial and lr or lr * self.lr_lambdas[i](self.last_epoch) end)
end

return MultiplicativeLR
