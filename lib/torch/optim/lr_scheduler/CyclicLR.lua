local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"
local options = require "torch.utils.options"
local groups = require "torch.optim.lr_scheduler.groups"

-- How high the peak of a cycle is, as a share: of the number of the cycle from 1, or of the step from 0.
local modes = {
  triangular = {"cycle", function() return 1 end},
  triangular2 = {"cycle", function(_, cycle) return 1 / 2.0 ^ (cycle - 1) end},
  exp_range = {"iterations", function(self, step) return self.gamma ^ step end},
}

local PARAMETERS <const> = {{"base_lr", required = true}, {"max_lr", required = true},
  {"step_size_up", kind = "positive", default = 2000}, {"step_size_down", kind = "positive"},
  {"mode", kind = "string", default = "triangular"}, {"gamma", kind = "number", default = 1.0},
  {"scale_fn", kind = "callable"}, {"scale_mode", kind = "string", default = "cycle"},
  {"cycle_momentum", kind = "boolean", default = true}, {"base_momentum", default = 0.8},
  {"max_momentum", default = 0.9}}

local function prepare_momentum(self, name, optimizer, is_new)
  groups.check_momentum(name, optimizer)
  self.base_momentums = groups.numbers(name, "base_momentum", optimizer, self.base_momentum)
  self.max_momentums = groups.numbers(name, "max_momentum", optimizer, self.max_momentum)
  if not is_new then return end
  for i, group in ipairs(optimizer.param_groups) do
    groups.set_momentum(group, self.max_momentums[i])
    group.base_momentum, group.max_momentum = self.base_momentums[i], self.max_momentums[i]
  end
end

--- torch.optim.lr_scheduler.CyclicLR(optimizer: any, base_lr: number, max_lr: number, step_size_up: int = 2000,
-- step_size_down: int = nil, mode: string = "triangular", gamma: number = 1, scale_fn: function = nil, scale_mode:
-- string = "cycle", cycle_momentum: bool = true, base_momentum: number = 0.8, max_momentum: number = 0.9, last_epoch:
-- int = -1): The rates up from base_lr to max_lr in step_size_up steps and down in step_size_down (as many if not
-- given), again and again; the momentum the other way (Smith 2017, Cyclical Learning Rates). The height: "triangular"
-- is always the same, "triangular2" half of it after each cycle, "exp_range" times gamma ^ step; or scale_fn of the
-- number of the cycle from 1 (scale_mode "cycle") or of the step from 0 ("iterations"). Rates and momenta are
-- numbers, or arrays with one for each group.
-- Example:
--     local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1, momentum = 0.9})
--     return torch.optim.lr_scheduler.CyclicLR(opt, 0.1, 1)
local CyclicLR = torch.class("torch.optim.lr_scheduler.CyclicLR", LRScheduler)

define(CyclicLR, "CyclicLR", PARAMETERS,
  function(self, name, optimizer, last_epoch)
    if not modes[self.mode] and not self.scale_fn then
      options.wrong(name, "mode", 6, "'triangular', 'triangular2' or 'exp_range'", self.mode)
    elseif self.scale_mode ~= "cycle" and self.scale_mode ~= "iterations" then
      options.wrong(name, "scale_mode", 9, "'cycle' or 'iterations'", self.scale_mode)
    end
    local lrs = groups.numbers(name, "base_lr", optimizer, self.base_lr)
    self.max_lrs = groups.numbers(name, "max_lr", optimizer, self.max_lr)
    self.total_size = self.step_size_up + (self.step_size_down or self.step_size_up)
    self.step_ratio = self.step_size_up / self.total_size
    if self.cycle_momentum then prepare_momentum(self, name, optimizer, last_epoch == -1) end
    if last_epoch == -1 then
      for i, group in ipairs(optimizer.param_groups) do group.lr, group.initial_lr = lrs[i], lrs[i] end
    end
    self.base_lr, self.max_lr, self.base_momentum, self.max_momentum = nil, nil, nil, nil
    self.step_size_up, self.step_size_down = nil, nil
  end)

function CyclicLR:get_lr()
  local cycles = self.last_epoch / self.total_size
  local cycle = math.floor(1 + cycles)
  local x = 1 + cycles - cycle
  local height = x <= self.step_ratio and x / self.step_ratio or (x - 1) / (self.step_ratio - 1)
  local by, scale = self.scale_mode, self.scale_fn and function(_, t) return self.scale_fn(t) end
  if not scale then by, scale = table.unpack(modes[self.mode]) end
  height = height * scale(self, by == "cycle" and cycle or self.last_epoch)
  if self.cycle_momentum then
    for i, group in ipairs(self.optimizer.param_groups) do
      local low, high = self.base_momentums[i], self.max_momentums[i]
      groups.set_momentum(group, high - (high - low) * height)
    end
  end
  return self:each_lr(function(_, base, i) return base + (self.max_lrs[i] - base) * height end)
end

return CyclicLR
