local schedules = require "transformers.schedules"

--- transformers.get_linear_schedule_with_warmup(optimizer: any, num_warmup_steps: int, num_training_steps: int,
-- last_epoch: int = -1) -> any: The rates rise from 0 in num_warmup_steps, and fall along a line to 0 at
-- num_training_steps.
-- Example: require "transformers".get_linear_schedule_with_warmup(optim.SGD(nn.Linear(1, 1):parameters()), 4, 20)
return schedules.define("get_linear_schedule_with_warmup", {{"num_warmup_steps", kind = "count", required = true},
  {"num_training_steps", kind = "count", required = true}}, schedules.linear)
