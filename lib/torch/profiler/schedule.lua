local options = require "torch.utils.options"

local PARAMETERS = {{"wait", kind = "count", default = 0}, {"warmup", kind = "count", default = 0},
  {"active", kind = "positive", required = true}, {"repeat", kind = "count", default = 0},
  {"skip_first", kind = "count", default = 0}}

--- torch.profiler.schedule({wait: int = 0, warmup: int = 0, active: int, repeat: int = 0, skip_first: int = 0}) ->
-- function: What profile does in each step: after skip_first steps, cycles of `wait` steps without measuring,
-- `warmup` steps whose record is thrown away and `active` steps that are kept; after `repeat` cycles (0: never) it
-- ends.
-- Example: torch.profiler.schedule({wait = 1, warmup = 1, active = 2})(0)
return function(...)
  local given = options.read("schedule", PARAMETERS, ...)
  local length = given.wait + given.warmup + given.active
  return function(step)
    if step < given.skip_first then return "NONE" end
    step = step - given.skip_first
    if given["repeat"] > 0 and step // length >= given["repeat"] then return "NONE" end
    local at = step % length
    if at < given.wait then return "NONE" end
    if at < given.wait + given.warmup then return "WARMUP" end
    return at < length - 1 and "RECORD" or "RECORD_AND_SAVE"
  end
end
