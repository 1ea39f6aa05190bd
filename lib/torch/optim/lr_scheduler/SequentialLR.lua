local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local options = require "torch.utils.options"
local groups = require "torch.optim.lr_scheduler.groups"
local nested = require "torch.optim.lr_scheduler.nested"

local PARAMETERS <const> = {{"optimizer", required = true}, {"schedulers", kind = "table", required = true},
  {"milestones", kind = "table", required = true}, {"last_epoch", kind = "number", default = -1}}

--- torch.optim.lr_scheduler.SequentialLR(optimizer: any, schedulers: table, milestones: int[], last_epoch: int = -1):
-- Schedulers one after the other: the next one begins at each of the numbers of steps in `milestones`, of which there
-- is one less than schedulers.
-- Example:
--     local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1, momentum = 0.9})
--     return torch.optim.lr_scheduler.SequentialLR(opt, {torch.optim.lr_scheduler.LinearLR(opt),
--       torch.optim.lr_scheduler.CosineAnnealingLR(opt, 95)}, {5})
local Sequential = torch.class("torch.optim.lr_scheduler.SequentialLR", LRScheduler)

--- Takes back the first step that a scheduler made when it was constructed, and those of the schedulers inside.
local function undo(scheduler)
  for _, inner in ipairs(scheduler._schedulers or {}) do undo(inner) end
  if not scheduler._schedulers then scheduler.last_epoch = scheduler.last_epoch - 1 end
end

--- The scheduler of the step, and the milestone at which it begins.
local function current(self)
  local at = 1
  while self._milestones[at] and self._milestones[at] <= self.last_epoch do at = at + 1 end
  return self._schedulers[at], self._milestones[at - 1]
end

function Sequential:__init(...)
  local given = options.read("SequentialLR", PARAMETERS, ...)
  groups.check_optimizer("SequentialLR", given.optimizer)
  nested.check("SequentialLR", 2, given.schedulers, given.optimizer)
  if #given.milestones ~= #given.schedulers - 1 then
    options.raise(("SequentialLR: 'milestones' (argument 3): expected %d for %d schedulers, got %d"):format(
      #given.schedulers - 1, #given.schedulers, #given.milestones))
  end
  self.optimizer, self.last_epoch = given.optimizer, given.last_epoch + 1
  self._schedulers = table.move(given.schedulers, 1, #given.schedulers, 1, {})
  self._milestones = table.move(given.milestones, 1, #given.milestones, 1, {})
  for _, group in ipairs(self.optimizer.param_groups) do group.lr = group.initial_lr end
  undo(self)
  local first = current(self)
  first:_initial_step()
  self._last_lr = first:get_last_lr()
end

function Sequential:step()
  self.last_epoch = self.last_epoch + 1
  local scheduler, begins = current(self)
  if begins == self.last_epoch then scheduler:_update_lr(0)
  else scheduler:step() end
  self._last_lr = scheduler:get_last_lr()
end

nested.add_state(Sequential)

return Sequential
