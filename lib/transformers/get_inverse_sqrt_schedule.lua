local schedules = require "transformers.schedules"

--- transformers.get_inverse_sqrt_schedule(optimizer: any, num_warmup_steps: int, timescale: int = nil,
-- last_epoch: int = -1) -> any: The rates rise from 0 in num_warmup_steps, and fall as 1/√t, with the scale
-- timescale (by default num_warmup_steps, or 10000 where that is 0).
-- Example: require "transformers".get_inverse_sqrt_schedule(optim.SGD(nn.Linear(1, 1):parameters()), 4)
return schedules.define("get_inverse_sqrt_schedule", {{"num_warmup_steps", kind = "count", required = true},
  {"timescale", kind = "count"}}, schedules.inverse_sqrt)
