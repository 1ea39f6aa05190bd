local options = require "torch.utils.options"
local schedules = require "transformers.schedules"

local function check(name, given)
  if (given.min_lr == nil) == (given.min_lr_rate == nil) then
    options.raise(name .. ": expected one of min_lr and min_lr_rate")
  end
  given.min_lr_rate = given.min_lr_rate or given.min_lr / given.optimizer.defaults.lr
end

--- transformers.get_cosine_with_min_lr_schedule_with_warmup(optimizer: any, num_warmup_steps: int,
-- num_training_steps: int, num_cycles: float = 0.5, last_epoch: int = -1, {min_lr: float = nil,
-- min_lr_rate: float = nil}) -> any: As get_cosine_schedule_with_warmup, but down to min_lr, or to the share
-- min_lr_rate of the rates.
-- Example:
--     local rates = require "transformers".get_cosine_with_min_lr_schedule_with_warmup
--     return rates(optim.SGD(nn.Linear(1, 1):parameters()), 4, 20, {min_lr_rate = 0.1})
return schedules.define("get_cosine_with_min_lr_schedule_with_warmup",
  {{"num_warmup_steps", kind = "count", required = true}, {"num_training_steps", kind = "count", required = true},
    {"num_cycles", kind = "number", default = 0.5}, {"min_lr", kind = "number"}, {"min_lr_rate", kind = "number"}},
  schedules.cosine_with_min_lr, check)
