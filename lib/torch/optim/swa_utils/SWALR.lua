local LRScheduler = require "torch.optim.lr_scheduler.LRScheduler"
local define = require "torch.optim.lr_scheduler.define"
local options = require "torch.utils.options"

--- optim.swa_utils.SWALR(optimizer: any, swa_lr: number|number[], anneal_epochs: int = 10,
-- anneal_strategy: string = "cos", last_epoch: int = -1): From the rates of the groups to swa_lr (one, or an array with
-- one for each group) in anneal_epochs steps, along a cosine ("cos") or a line ("linear"), and then constant
-- (Izmailov et al. 2018, Averaging Weights Leads to Wider Optima).
-- Example: optim.swa_utils.SWALR(optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1}), 0.05)
local SWALR = torch.class("optim.swa_utils.SWALR", LRScheduler)

local function cosine(t) return (1 - math.cos(math.pi * t)) / 2 end
local function line(t) return t end

local function prepare(self, name, optimizer)
  local rates, n = self.swa_lr, #optimizer.param_groups
  if type(rates) == "number" then
    rates = {}
    for i = 1, n do rates[i] = self.swa_lr end
  end
  if type(rates) ~= "table" or #rates ~= n then
    options.wrong(name, "swa_lr", 2, ("a number, or an array of %d"):format(n), self.swa_lr)
  end
  if self.anneal_strategy ~= "cos" and self.anneal_strategy ~= "linear" then
    options.wrong(name, "anneal_strategy", 4, "cos or linear", self.anneal_strategy)
  end
  for i, group in ipairs(optimizer.param_groups) do group.swa_lr = rates[i] end
end

define(SWALR, "SWALR", {{"swa_lr", required = true}, {"anneal_epochs", kind = "count", default = 10},
  {"anneal_strategy", kind = "string", default = "cos"}}, prepare)

function SWALR:get_lr()
  local step, n = self._step_count - 1, self.anneal_epochs
  local shape = self.anneal_strategy == "cos" and cosine or line
  if n == 0 then step = math.max(1, step) end
  local before = shape(math.max(0, math.min(1, (step - 1) / math.max(1, n))))
  local now = shape(math.max(0, math.min(1, step / math.max(1, n))))
  local list = {}
  for i, group in ipairs(self.optimizer.param_groups) do
    local first = before == 1 and group.swa_lr or (group.lr - before * group.swa_lr) / (1 - before)
    list[i] = group.swa_lr * now + first * (1 - now)
  end
  return list
end

return SWALR
