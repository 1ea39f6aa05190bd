local schedules = require "transformers.schedules"

--- transformers.get_constant_schedule_with_warmup(optimizer: any, num_warmup_steps: int, last_epoch: int = -1) ->
-- any: The rates rise from 0 to those of the optimiser in num_warmup_steps and stay.
-- Example: require "transformers".get_constant_schedule_with_warmup(optim.SGD(nn.Linear(1, 1):parameters()), 4)
return schedules.define("get_constant_schedule_with_warmup", {{"num_warmup_steps", kind = "count", required = true}},
  schedules.constant_with_warmup)
