local options = require "torch.utils.options"

--- torch.utils.EarlyStopping({patience: int = 3, min_delta: float = 0, mode: string = "min", check_finite: bool =
-- true}): Tells when to stop a training: stopper(value) gives true when the value has not become better, by more than
-- min_delta, in the last `patience` calls, or is no finite number (check_finite). mode says what is better: "min" or
-- "max". `stopper.best` is the best value, `stopper.best_step` the call (from 1) that gave it, `stopper.wait` how
-- many calls there were since; state_dict() and load_state_dict(state) are for going on later.
-- Example:
--     local stopper = torch.utils.EarlyStopping({patience = 2})
--     for epoch, loss in ipairs {1.0, 0.8, 0.9, 0.85, 0.7} do
--       if stopper(loss) then return epoch, stopper.best end
--     end
local EarlyStopping = torch.class("torch.utils.EarlyStopping")

local PARAMETERS <const> = {{"patience", kind = "count", default = 3}, {"min_delta", kind = "number", default = 0},
  {"mode", kind = "string", default = "min"}, {"check_finite", kind = "boolean", default = true}}

function EarlyStopping:__init(...)
  local first = ...
  local given
  if options.is_named(first) and select("#", ...) == 1 then
    given = options.read("EarlyStopping", PARAMETERS, nil, first)
  else
    given = options.read("EarlyStopping", PARAMETERS, ...)
  end
  if given.mode ~= "min" and given.mode ~= "max" then
    options.wrong("EarlyStopping", "mode", 3, "min or max", given.mode)
  end
  if not (given.min_delta >= 0) then
    options.wrong("EarlyStopping", "min_delta", 2, "a number, 0 or more", given.min_delta)
  end
  for _, parameter in ipairs(PARAMETERS) do self[parameter[1]] = given[parameter[1]] end
  self.steps, self.wait = 0, 0
end

local function is_better(self, value)
  if self.best == nil then return true end
  if self.mode == "min" then return value < self.best - self.min_delta end
  return value > self.best + self.min_delta
end

function EarlyStopping:__call(value)
  if torch.is_tensor(value) and value:numel() == 1 then value = value:item() end
  if type(value) ~= "number" then options.wrong("EarlyStopping", "value", 1, "a number", value) end
  self.steps = self.steps + 1
  local finite = value == value and value ~= math.huge and value ~= -math.huge
  if self.check_finite and not finite then return true end
  if is_better(self, value) then
    self.best, self.best_step, self.wait = value, self.steps, 0
    return false
  end
  self.wait = self.wait + 1
  return self.wait >= self.patience
end

--- torch.utils.EarlyStopping:state_dict() -> table: What load_state_dict takes: data that torch.save writes.
function EarlyStopping:state_dict()
  return {best = self.best, best_step = self.best_step, wait = self.wait, steps = self.steps}
end

--- torch.utils.EarlyStopping:load_state_dict(state: table): Goes on where the state was taken.
function EarlyStopping:load_state_dict(state)
  if type(state) ~= "table" or type(state.steps) ~= "number" or type(state.wait) ~= "number" then
    options.wrong("EarlyStopping.load_state_dict", "state", 1, "what state_dict() gave", state)
  end
  self.best, self.best_step, self.wait, self.steps = state.best, state.best_step, state.wait, state.steps
end

return EarlyStopping
