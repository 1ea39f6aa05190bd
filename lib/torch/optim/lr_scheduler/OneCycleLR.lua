local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"
local options = require "torch.utils.options"
local groups = require "torch.optim.lr_scheduler.groups"

local PARAMETERS <const> = {{"max_lr", required = true}, {"total_steps", kind = "positive"},
  {"epochs", kind = "positive"}, {"steps_per_epoch", kind = "positive"}, {"pct_start", kind = "number", default = 0.3},
  {"anneal_strategy", kind = "string", default = "cos"}, {"cycle_momentum", kind = "boolean", default = true},
  {"base_momentum", default = 0.85}, {"max_momentum", default = 0.95}, {"div_factor", kind = "number", default = 25.0},
  {"final_div_factor", kind = "number", default = 1e4}, {"three_phase", kind = "boolean", default = false}}

-- Ways from one value to another; `share` is how far, from 0 to 1.
local strategies = {
  cos = function(from, to, share) return to + (from - to) / 2 * (math.cos(math.pi * share) + 1) end,
  linear = function(from, to, share) return from + (to - from) * share end,
}

--- The phases in order: their last step, and which fields of a group the rate and the momentum go from and to.
local function phases(n, share, three)
  local up = {last = share * n - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"}
  if not three then return {up, {last = n - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"}} end
  return {up, {last = 2 * share * n - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"},
    {last = n - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"}}
end

local function check(self, name)
  if self.total_steps == nil then
    if self.epochs == nil or self.steps_per_epoch == nil then
      options.raise(name .. ": expected 'total_steps', or 'epochs' and 'steps_per_epoch'")
    end
    self.total_steps = self.epochs * self.steps_per_epoch
  end
  if not (self.pct_start >= 0 and self.pct_start <= 1) then
    options.wrong(name, "pct_start", 6, "a number from 0 to 1", self.pct_start)
  elseif not strategies[self.anneal_strategy] then
    options.wrong(name, "anneal_strategy", 7, "'cos' or 'linear'", self.anneal_strategy)
  end
  for _, option in ipairs {"div_factor", "final_div_factor"} do
    if not (self[option] > 0) then options.wrong(name, option, nil, "a number above 0", self[option]) end
  end
end

local function prepare_groups(self, name, optimizer)
  local lrs = groups.numbers(name, "max_lr", optimizer, self.max_lr)
  local low = groups.numbers(name, "base_momentum", optimizer, self.base_momentum)
  local high = groups.numbers(name, "max_momentum", optimizer, self.max_momentum)
  for i, group in ipairs(optimizer.param_groups) do
    group.initial_lr, group.max_lr = lrs[i] / self.div_factor, lrs[i]
    group.min_lr = group.initial_lr / self.final_div_factor
    if self.cycle_momentum then
      groups.set_momentum(group, high[i])
      group.base_momentum, group.max_momentum = low[i], high[i]
    end
  end
end

--- torch.optim.lr_scheduler.OneCycleLR(optimizer: any, max_lr: number, total_steps: int = nil, epochs: int = nil,
-- steps_per_epoch: int = nil, pct_start: number = 0.3, anneal_strategy: string = "cos", cycle_momentum: bool = true,
-- base_momentum: number = 0.85, max_momentum: number = 0.95, div_factor: number = 25, final_div_factor: number = 1e4,
-- three_phase: bool = false, last_epoch: int = -1): The rates up from max_lr / div_factor to max_lr in the share
-- pct_start of the steps, and down to 1 / final_div_factor of where they began in the rest (with three_phase down
-- to where they began first); the momentum the other way (Smith and Topin 2018, Super-Convergence). Steps are those
-- of batches: total_steps, or epochs * steps_per_epoch. Rates and momenta are numbers, or arrays with one for each
-- group. A step beyond the last one raises.
-- Example: torch.optim.lr_scheduler.OneCycleLR(optim.Adam(nn.Linear(1, 1):parameters()), 0.01, {total_steps = 100})
local OneCycleLR = torch.class("torch.optim.lr_scheduler.OneCycleLR", LRScheduler)

define(OneCycleLR, "OneCycleLR", PARAMETERS,
  function(self, name, optimizer, last_epoch)
    check(self, name)
    if self.cycle_momentum then groups.check_momentum(name, optimizer) end
    if last_epoch == -1 then prepare_groups(self, name, optimizer) end
    for _, option in ipairs {"max_lr", "epochs", "steps_per_epoch", "base_momentum", "max_momentum", "div_factor",
      "final_div_factor"} do
      self[option] = nil
    end
  end)

function OneCycleLR:get_lr()
  local step, from = self.last_epoch, 0
  if step > self.total_steps then
    options.raise(("OneCycleLR.step: step %d is beyond the %d of the schedule"):format(step, self.total_steps))
  end
  local list = phases(self.total_steps, self.pct_start, self.three_phase)
  local phase
  for i = 1, #list do
    phase = list[i]
    if step <= phase.last or i == #list then break end
    from = phase.last
  end
  local anneal, share = strategies[self.anneal_strategy], (step - from) / (phase.last - from)
  local lrs = {}
  for i, group in ipairs(self.optimizer.param_groups) do
    lrs[i] = anneal(group[phase[1]], group[phase[2]], share)
    if self.cycle_momentum then groups.set_momentum(group, anneal(group[phase[3]], group[phase[4]], share)) end
  end
  return lrs
end

return OneCycleLR
