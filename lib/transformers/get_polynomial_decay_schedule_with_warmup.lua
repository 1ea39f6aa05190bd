local options = require "torch.utils.options"
local schedules = require "transformers.schedules"

local function check(name, given)
  local first = given.optimizer.defaults.lr
  if not (first > given.lr_end) then
    options.wrong(name, "lr_end", nil, ("less than the rate of the optimiser, %s"):format(first), given.lr_end)
  end
end

--- transformers.get_polynomial_decay_schedule_with_warmup(optimizer: any, num_warmup_steps: int,
-- num_training_steps: int, lr_end: float = 1e-7, power: float = 1, last_epoch: int = -1) -> any: The rates rise
-- from 0 in num_warmup_steps, and fall as a power of the rest to lr_end at num_training_steps.
-- Example:
--     local rates = require "transformers".get_polynomial_decay_schedule_with_warmup
--     return rates(optim.SGD(nn.Linear(1, 1):parameters()), 4, 20)
return schedules.define("get_polynomial_decay_schedule_with_warmup",
  {{"num_warmup_steps", kind = "count", required = true}, {"num_training_steps", kind = "count", required = true},
    {"lr_end", kind = "number", default = 1e-7}, {"power", kind = "number", default = 1.0}},
  schedules.polynomial, check)
