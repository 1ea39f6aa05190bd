local schedules = require "transformers.schedules"

--- transformers.get_constant_schedule(optimizer: any, last_epoch: int = -1) -> any: The rates of the optimiser.
-- Example: require "transformers".get_constant_schedule(optim.SGD(nn.Linear(1, 1):parameters()))
return schedules.define("get_constant_schedule", {}, schedules.constant)
