local options = require "torch.utils.options"
local schedules = require "transformers.schedules"

local KINDS <const> = {linear = true, cosine = true, ["1-sqrt"] = true}

local function check(name, given)
  for _, key in ipairs {"warmup_type", "decay_type"} do
    if not KINDS[given[key]] then options.wrong(name, key, nil, "linear, cosine or 1-sqrt", given[key]) end
  end
  if given.num_stable_steps == nil and given.num_training_steps == nil then
    options.raise(name .. ": expected num_training_steps or num_stable_steps")
  end
end

--- transformers.get_wsd_schedule(optimizer: any, num_warmup_steps: int, num_decay_steps: int,
-- num_training_steps: int = nil, num_stable_steps: int = nil, warmup_type: string = "linear",
-- decay_type: string = "cosine", min_lr_ratio: float = 0, num_cycles: float = 0.5, last_epoch: int = -1) -> any:
-- The rates rise, stay, and fall to the share min_lr_ratio, along "linear", "cosine" or "1-sqrt".
-- Example:
--     local rates = require "transformers".get_wsd_schedule
--     return rates(optim.SGD(nn.Linear(1, 1):parameters()), 4, 6, {num_training_steps = 20})
return schedules.define("get_wsd_schedule", {{"num_warmup_steps", kind = "count", required = true},
  {"num_decay_steps", kind = "count", required = true}, {"num_training_steps", kind = "count"},
  {"num_stable_steps", kind = "count"}, {"warmup_type", kind = "string", default = "linear"},
  {"decay_type", kind = "string", default = "cosine"}, {"min_lr_ratio", kind = "number", default = 0.0},
  {"num_cycles", kind = "number", default = 0.5}}, schedules.wsd, check)
