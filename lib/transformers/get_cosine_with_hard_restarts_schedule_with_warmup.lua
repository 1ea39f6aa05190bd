local schedules = require "transformers.schedules"

--- transformers.get_cosine_with_hard_restarts_schedule_with_warmup(optimizer: any, num_warmup_steps: int,
-- num_training_steps: int, num_cycles: int = 1, last_epoch: int = -1) -> any: The rates rise from 0 in
-- num_warmup_steps, and fall num_cycles times along half a cosine, each time from the top.
-- Example:
--     local rates = require "transformers".get_cosine_with_hard_restarts_schedule_with_warmup
--     return rates(optim.SGD(nn.Linear(1, 1):parameters()), 4, 20, 2)
return schedules.define("get_cosine_with_hard_restarts_schedule_with_warmup",
  {{"num_warmup_steps", kind = "count", required = true}, {"num_training_steps", kind = "count", required = true},
    {"num_cycles", kind = "number", default = 1}}, schedules.cosine_with_restarts)
