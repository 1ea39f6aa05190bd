-- The shapes of the schedules: factors of the learning rate by step, from 0. Each is a LambdaLR.
local options = require "torch.utils.options"
local schedules = {}

local function warm_up(step, steps) return step / math.max(1, steps) end

--- The scheduler `name` of a function of the step and the options. `parameters` are those of options.read behind the
-- optimiser.
function schedules.define(name, parameters, factor, check)
  local all = table.move(parameters, 1, #parameters, 2, {{"optimizer", required = true}})
  all[#all + 1] = {"last_epoch", kind = "number", default = -1}
  return function(...)
    local given = options.read(name, all, ...)
    if type(options.field(given.optimizer, "param_groups")) ~= "table" then
      options.wrong(name, "optimizer", 1, "an optimiser", given.optimizer)
    end
    if check then check(name, given) end
    return torch.optim.lr_scheduler.LambdaLR(given.optimizer, function(step) return factor(step, given) end,
      given.last_epoch)
  end
end

local function share(step, given)
  local w, n = given.num_warmup_steps, given.num_training_steps
  return (step - w) / math.max(1, n - w)
end

function schedules.constant() return 1.0 end

function schedules.constant_with_warmup(step, given)
  return step < given.num_warmup_steps and step / math.max(1.0, given.num_warmup_steps) or 1.0
end

function schedules.linear(step, given)
  local w, n = given.num_warmup_steps, given.num_training_steps
  if step < w then return warm_up(step, w) end
  return math.max(0.0, (n - step) / math.max(1, n - w))
end

function schedules.cosine(step, given)
  if step < given.num_warmup_steps then return warm_up(step, given.num_warmup_steps) end
  return math.max(0.0, 0.5 * (1 + math.cos(math.pi * given.num_cycles * 2 * share(step, given))))
end

function schedules.cosine_with_restarts(step, given)
  if step < given.num_warmup_steps then return warm_up(step, given.num_warmup_steps) end
  local progress = share(step, given)
  if progress >= 1 then return 0.0 end
  return math.max(0.0, 0.5 * (1 + math.cos(math.pi * ((given.num_cycles * progress) % 1))))
end

function schedules.polynomial(step, given)
  local first, last, w = given.optimizer.defaults.lr, given.lr_end, given.num_warmup_steps
  if step < w then return warm_up(step, w) end
  if step > given.num_training_steps then return last / first end
  local rest = 1 - (step - w) / (given.num_training_steps - w)
  return ((first - last) * rest ^ given.power + last) / first
end

function schedules.inverse_sqrt(step, given)
  if step < given.num_warmup_steps then return warm_up(step, given.num_warmup_steps) end
  local scale = given.timescale or (given.num_warmup_steps > 0 and given.num_warmup_steps or 10000)
  return 1 / math.sqrt((step + scale - given.num_warmup_steps) / scale)
end

function schedules.cosine_with_min_lr(step, given)
  if step < given.num_warmup_steps then return warm_up(step, given.num_warmup_steps) end
  local factor = 0.5 * (1 + math.cos(math.pi * given.num_cycles * 2 * share(step, given)))
  return math.max(0, factor * (1 - given.min_lr_rate) + given.min_lr_rate)
end

-- The factor between `low` and 1, `progress` of the way up, in one of three shapes; and of the way down.
local function risen(kind, progress, low)
  local factor
  if kind == "linear" then factor = progress
  elseif kind == "cosine" then factor = 0.5 * (1 - math.cos(math.pi * progress))
  else factor = 1 - math.sqrt(1 - progress) end
  return factor * (1 - low) + low
end

local function fallen(kind, progress, low, cycles)
  local factor
  if kind == "linear" then factor = 1 - progress
  elseif kind == "cosine" then factor = 0.5 * (1 + math.cos(math.pi * cycles * 2 * progress))
  else factor = 1 - math.sqrt(progress) end
  return factor * (1 - low) + low
end

function schedules.wsd(step, given)
  local w, d, low = given.num_warmup_steps, given.num_decay_steps, given.min_lr_ratio
  local s = given.num_stable_steps or given.num_training_steps - w - d
  if step < w then return math.max(0, risen(given.warmup_type, step / math.max(1, w), low)) end
  if step < w + s then return 1.0 end
  if step < w + s + d then
    return math.max(0, fallen(given.decay_type, (step - w - s) / math.max(1, d), low, given.num_cycles))
  end
  return low
end

return schedules
