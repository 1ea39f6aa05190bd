local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"

--- torch.optim.lr_scheduler.CosineAnnealingLR(optimizer: any, T_max: int, eta_min: number = 0, last_epoch: int = -1):
-- The rates along half a wave of a cosine: from their first values to eta_min in T_max steps, and back in as many
-- (Loshchilov and Hutter 2017, SGDR, equation 5, without restarts).
-- Example: torch.optim.lr_scheduler.CosineAnnealingLR(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), 100)
local CosineAnnealingLR = torch.class("torch.optim.lr_scheduler.CosineAnnealingLR", LRScheduler)

define(CosineAnnealingLR, "CosineAnnealingLR",
  {{"T_max", kind = "positive", required = true}, {"eta_min", kind = "number", default = 0.0}})

function CosineAnnealingLR:_closed_form_lr(base)
  return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
end

-- From the rate of the step before, so that another schedule on the same groups keeps its effect.
function CosineAnnealingLR:get_lr()
  local t, n, low = self.last_epoch, self.T_max, self.eta_min
  if self.is_initial then return self:each_lr(function(lr) return lr end) end
  if self._step_count == 1 and t > 0 then
    return self:each_lr(function(_, base) return self:_closed_form_lr(base) end)
  end
  if (t - 1 - n) % (2 * n) == 0 then -- the step before was at the lowest point, and tells nothing of the height
    return self:each_lr(function(lr, base) return lr + (base - low) * (1 - math.cos(math.pi / n)) / 2 end)
  end
  local ratio = (1 + math.cos(math.pi * t / n)) / (1 + math.cos(math.pi * (t - 1) / n))
  return self:each_lr(function(lr) return ratio * (lr - low) + low end)
end

return CosineAnnealingLR
