local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"
local options = require "torch.utils.options"
local groups = require "torch.optim.lr_scheduler.groups"

--- torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer: any, T_0: int, T_mult: int = 1, eta_min: number =
-- 0, last_epoch: int = -1): The rates along half a wave of a cosine from their first values to eta_min, again and
-- again: the first time in T_0 steps, each time in T_mult times as many (Loshchilov and Hutter 2017, SGDR). step()
-- takes fractions of an epoch: step(epoch + batch / batches).
-- Example:
--     local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1, momentum = 0.9})
--     return torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, 10, 2)
local Restarts = torch.class("torch.optim.lr_scheduler.CosineAnnealingWarmRestarts", LRScheduler)

define(Restarts, "CosineAnnealingWarmRestarts",
  {{"T_0", kind = "positive", required = true}, {"T_mult", kind = "positive", default = 1},
    {"eta_min", kind = "number", default = 0.0}}, function(self, _, _, last_epoch)
    self.T_i, self.T_cur = self.T_0, last_epoch
  end)

function Restarts:get_lr()
  return self:each_lr(function(_, base)
    return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
  end)
end

--- Finds the cycle in which `epoch` is: its length T_i, and how far it has come, T_cur.
local function find_cycle(self, epoch)
  self.T_i, self.T_cur = self.T_0, epoch
  if self.T_mult == 1 then
    self.T_cur = epoch % self.T_0
    return
  end
  while self.T_cur >= self.T_i do
    self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.T_mult
  end
end

function Restarts:step(epoch)
  if epoch ~= nil and (type(epoch) ~= "number" or not (epoch >= 0 and epoch < math.huge)) then
    options.wrong("CosineAnnealingWarmRestarts.step", "epoch", 1, "a number, 0 or more", epoch)
  end
  self._step_count = self._step_count + 1
  if epoch == nil and self.last_epoch >= 0 then
    epoch, self.T_cur = self.last_epoch + 1, self.T_cur + 1
    if self.T_cur >= self.T_i then self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.T_mult end
  else
    epoch = epoch or 0
    find_cycle(self, epoch)
  end
  self.last_epoch = math.floor(epoch)
  groups.set_lrs(self, self:get_lr())
end

return Restarts
