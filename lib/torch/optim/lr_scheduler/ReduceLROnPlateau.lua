local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local options = require "torch.utils.options"
local groups = require "torch.optim.lr_scheduler.groups"

local PARAMETERS <const> = {{"optimizer", required = true}, {"mode", kind = "string", default = "min"},
  {"factor", kind = "number", default = 0.1}, {"patience", kind = "count", default = 10},
  {"threshold", kind = "number", default = 1e-4}, {"threshold_mode", kind = "string", default = "rel"},
  {"cooldown", kind = "count", default = 0}, {"min_lr", default = 0.0}, {"eps", kind = "number", default = 1e-8}}

--- torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer: any, mode: string = "min", factor: number = 0.1, patience:
-- int = 10, threshold: number = 1e-4, threshold_mode: string = "rel", cooldown: int = 0, min_lr: number = 0, eps:
-- number = 1e-8): The rates times `factor` when step(metric) was called more than `patience` times in a row without a
-- better metric. Better is less ("min") or more ("max") than the best one by `threshold`, as a share of it ("rel") or
-- as it is ("abs"). After a fall `cooldown` steps are not counted. A rate stays at min_lr, a number or an array with
-- one for each group, or more; a change below `eps` is not made.
-- Example: torch.optim.lr_scheduler.ReduceLROnPlateau(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), "min")
local Plateau = torch.class("torch.optim.lr_scheduler.ReduceLROnPlateau", LRScheduler)

function Plateau:__init(...)
  local name = "ReduceLROnPlateau"
  local given = options.read(name, PARAMETERS, ...)
  groups.check_optimizer(name, given.optimizer)
  if given.mode ~= "min" and given.mode ~= "max" then options.wrong(name, "mode", 2, "'min' or 'max'", given.mode) end
  if given.threshold_mode ~= "rel" and given.threshold_mode ~= "abs" then
    options.wrong(name, "threshold_mode", 6, "'rel' or 'abs'", given.threshold_mode)
  end
  if not (given.factor < 1) then options.wrong(name, "factor", 3, "a number below 1", given.factor) end
  for option, value in pairs(given) do self[option] = option ~= "min_lr" and value or nil end
  self.min_lrs = groups.numbers(name, "min_lr", self.optimizer, given.min_lr)
  self.best = self.mode == "min" and math.huge or -math.huge
  self.last_epoch, self.cooldown_counter, self.num_bad_epochs = 0, 0, 0
  self._last_lr = groups.lrs(self.optimizer)
end

local function is_better(self, value)
  local sign = self.mode == "min" and -1 or 1
  if self.threshold_mode == "abs" then return sign * (value - self.best) > self.threshold end
  return sign * value > sign * self.best * (1 + sign * self.threshold)
end

local function reduce(self)
  local lrs = groups.lrs(self.optimizer)
  for i, lr in ipairs(lrs) do
    local less = math.max(lr * self.factor, self.min_lrs[i] or self.min_lrs[#self.min_lrs])
    if lr - less > self.eps then lrs[i] = less end
  end
  groups.set_lrs(self, lrs)
end

--- lr_scheduler.ReduceLROnPlateau:step(metrics: number, epoch: int = nil): Notes the metric of an epoch, a number or a
-- tensor of one element.
function Plateau:step(metrics, epoch)
  local current = torch.is_tensor(metrics) and metrics:item() or metrics
  if type(current) ~= "number" then
    options.wrong("ReduceLROnPlateau.step", "metrics", 1, "a number or a tensor of one element", metrics)
  end
  self.last_epoch = epoch or self.last_epoch + 1
  if is_better(self, current) then self.best, self.num_bad_epochs = current, 0
  else self.num_bad_epochs = self.num_bad_epochs + 1 end
  if self.cooldown_counter > 0 then
    self.cooldown_counter, self.num_bad_epochs = self.cooldown_counter - 1, 0
  end
  if self.num_bad_epochs > self.patience then
    reduce(self)
    self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
  end
  self._last_lr = groups.lrs(self.optimizer)
end

return Plateau
