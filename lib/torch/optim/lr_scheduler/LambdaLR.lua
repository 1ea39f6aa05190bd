local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"
local groups = require "torch.optim.lr_scheduler.groups"

--- torch.optim.lr_scheduler.LambdaLR(optimizer: any, lr_lambda: function, last_epoch: int = -1): The first rates
-- times lr_lambda(t) in step t, from 0. `lr_lambda` may be an array with a function for each group.
-- Example:
--     local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1, momentum = 0.9})
--     return torch.optim.lr_scheduler.LambdaLR(opt, function(t) return 0.95 ^ t end)
local LambdaLR = torch.class("torch.optim.lr_scheduler.LambdaLR", LRScheduler)

define(LambdaLR, "LambdaLR", {{"lr_lambda", required = true}}, groups.take_lambdas)

function LambdaLR:get_lr()
  return self:each_lr(function(_, base, i) return base * self.lr_lambdas[i](self.last_epoch) end)
end

return LambdaLR
