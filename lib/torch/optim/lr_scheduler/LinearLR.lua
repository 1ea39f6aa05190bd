local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"
local options = require "torch.utils.options"

--- torch.optim.lr_scheduler.LinearLR(optimizer: any, start_factor: number = 1/3, end_factor: number = 1,
-- total_iters: int = 5, last_epoch: int = -1): The rates times a factor that goes from start_factor to end_factor in
-- total_iters equal steps: a warm-up.
-- Example: torch.optim.lr_scheduler.LinearLR(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), 0.1, 1, 10)
local LinearLR = torch.class("torch.optim.lr_scheduler.LinearLR", LRScheduler)

define(LinearLR, "LinearLR",
  {{"start_factor", kind = "number", default = 1 / 3}, {"end_factor", kind = "number", default = 1.0},
    {"total_iters", kind = "positive", default = 5}}, function(self, name)
    if not (self.start_factor > 0 and self.start_factor <= 1) then
      options.wrong(name, "start_factor", 2, "a number above 0, 1 or less", self.start_factor)
    elseif not (self.end_factor >= 0 and self.end_factor <= 1) then
      options.wrong(name, "end_factor", 3, "a number from 0 to 1", self.end_factor)
    end
  end)

function LinearLR:get_lr()
  local rise, factor = self.end_factor - self.start_factor, 1
  if self.last_epoch == 0 then factor = self.start_factor
  elseif not self.is_initial and self.last_epoch <= self.total_iters then
    factor = 1 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)
  end
  return self:each_lr(function(lr) return lr * factor end)
end

function LinearLR:_closed_form_lr(base)
  local done = math.min(self.total_iters, self.last_epoch) / self.total_iters
  return base * (self.start_factor + (self.end_factor - self.start_factor) * done)
end

return LinearLR
