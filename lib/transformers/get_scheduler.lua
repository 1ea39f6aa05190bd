local options = require "torch.utils.options"

local NAMES <const> = {linear = "get_linear_schedule_with_warmup", cosine = "get_cosine_schedule_with_warmup",
  cosine_with_restarts = "get_cosine_with_hard_restarts_schedule_with_warmup",
  polynomial = "get_polynomial_decay_schedule_with_warmup", constant = "get_constant_schedule",
  constant_with_warmup = "get_constant_schedule_with_warmup", inverse_sqrt = "get_inverse_sqrt_schedule",
  cosine_with_min_lr = "get_cosine_with_min_lr_schedule_with_warmup", warmup_stable_decay = "get_wsd_schedule"}
local WITHOUT_END <const> = {constant_with_warmup = true, inverse_sqrt = true}

local PARAMETERS <const> = {{"name", kind = "string", required = true}, {"optimizer", required = true},
  {"num_warmup_steps", kind = "count"}, {"num_training_steps", kind = "count"},
  {"scheduler_specific_kwargs", kind = "table"}}

--- transformers.get_scheduler(name: string, optimizer: any, num_warmup_steps: int = nil,
-- num_training_steps: int = nil, scheduler_specific_kwargs: table = nil) -> any: The schedule of that name:
-- "linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt",
-- "cosine_with_min_lr" or "warmup_stable_decay", with more options of its own in scheduler_specific_kwargs.
-- Example: require "transformers".get_scheduler("linear", optim.SGD(nn.Linear(1, 1):parameters()), 4, 20)
return function(...)
  local given = options.read("get_scheduler", PARAMETERS, ...)
  local name = NAMES[given.name]
  if name == nil then
    local known = {}
    for key in pairs(NAMES) do known[#known + 1] = key end
    table.sort(known)
    options.raise(("get_scheduler: unknown schedule '%s'%s (known: %s)"):format(given.name,
      options.suggest(given.name, known), table.concat(known, ", ")))
  end
  local all = {}
  for key, value in pairs(given.scheduler_specific_kwargs or {}) do all[key] = value end
  if given.name ~= "constant" then
    if given.num_warmup_steps == nil then
      options.raise(("get_scheduler: '%s' needs num_warmup_steps"):format(given.name))
    end
    all.num_warmup_steps = given.num_warmup_steps
    if not WITHOUT_END[given.name] then
      if given.num_training_steps == nil and given.name ~= "warmup_stable_decay" then
        options.raise(("get_scheduler: '%s' needs num_training_steps"):format(given.name))
      end
      all.num_training_steps = given.num_training_steps
    end
  end
  return require "transformers"[name](given.optimizer, all)
end
