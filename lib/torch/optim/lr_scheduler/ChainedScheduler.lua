local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local options = require "torch.utils.options"
local groups = require "torch.optim.lr_scheduler.groups"
local nested = require "torch.optim.lr_scheduler.nested"

--- torch.optim.lr_scheduler.ChainedScheduler(schedulers: table, optimizer: any = nil): Several schedulers of one
-- optimiser: a step is one of each in order, and each changes the rates that the one before has set.
-- Example:
--     local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1, momentum = 0.9})
--     return torch.optim.lr_scheduler.ChainedScheduler{torch.optim.lr_scheduler.LinearLR(opt),
--       torch.optim.lr_scheduler.ExponentialLR(opt, 0.9)}
local Chained = torch.class("torch.optim.lr_scheduler.ChainedScheduler", LRScheduler)

function Chained:__init(...)
  local given = options.read("ChainedScheduler", {{"schedulers", kind = "table", required = true}, {"optimizer"}}, ...)
  self.optimizer = nested.check("ChainedScheduler", 1, given.schedulers, given.optimizer)
  self._schedulers = table.move(given.schedulers, 1, #given.schedulers, 1, {})
  self.last_epoch, self._last_lr = 0, groups.lrs(self.optimizer)
end

function Chained:step()
  self.last_epoch = self.last_epoch + 1
  for _, scheduler in ipairs(self._schedulers) do scheduler:step() end
  self._last_lr = groups.lrs(self.optimizer)
end

nested.add_state(Chained)

return Chained
