local options = require "torch.utils.options"

--- optim.swa_utils.get_ema_avg_fn(decay: float = 0.999) -> function: For AveragedModel: a moving average, of which the
-- share decay stays at each update.
-- Example: optim.swa_utils.get_ema_avg_fn(0.9)(torch.tensor(1.0), torch.tensor(2.0), 1)
return function(...)
  local decay = options.read("get_ema_avg_fn", {{"decay", kind = "number", default = 0.999}}, ...).decay
  if not (decay >= 0 and decay <= 1) then
    options.wrong("get_ema_avg_fn", "decay", 1, "a number from 0 to 1", decay)
  end
  return function(averaged, current) return averaged * decay + current * (1 - decay) end
end
