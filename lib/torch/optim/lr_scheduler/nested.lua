-- Schedulers that are made of others.
local options = require "torch.utils.options"

local nested = {}

--- Checks an array of schedulers; returns their optimiser.
function nested.check(name, position, schedulers, optimizer)
  local lr_scheduler = torch.optim.lr_scheduler
  if type(schedulers) ~= "table" or #schedulers < 1 then
    options.wrong(name, "schedulers", position, "an array of schedulers", schedulers)
  end
  for i = 1, #schedulers do -- ipairs would pass over what stands behind a nil
    local scheduler = schedulers[i]
    if not torch.isinstance(scheduler, lr_scheduler.LRScheduler) then
      options.raise(("%s: 'schedulers': entry %d: expected a scheduler, got %s"):format(name, i,
        options.describe(scheduler)))
    elseif torch.isinstance(scheduler, lr_scheduler.ReduceLROnPlateau) then
      options.raise(("%s: 'schedulers': entry %d is a ReduceLROnPlateau, whose step() needs a metric"):format(name, i))
    end
    optimizer = optimizer or scheduler.optimizer
    if scheduler.optimizer ~= optimizer then
      options.raise(("%s: 'schedulers': entry %d is for another optimiser"):format(name, i))
    end
  end
  return optimizer
end

--- Gives a class of schedulers made of others state_dict and load_state_dict.
function nested.add_state(class)
  local parent = torch.optim.lr_scheduler.LRScheduler
  function class:state_dict()
    local list = self._schedulers
    self._schedulers = nil
    local state = parent.state_dict(self)
    self._schedulers, state._schedulers = list, {}
    for i, scheduler in ipairs(list) do state._schedulers[i] = scheduler:state_dict() end
    return state
  end
  function class:load_state_dict(state)
    local states, own = type(state) == "table" and state._schedulers, {}
    if type(states) ~= "table" or #states ~= #self._schedulers then
      options.raise(("%s.load_state_dict: 'state_dict': expected the states of %d schedulers"):format(
        torch.typename(self):match "[^.]*$", #self._schedulers))
    end
    for key, value in pairs(state) do own[key] = key ~= "_schedulers" and value or nil end
    local before = self:state_dict()
    local ok, why = options.try(function()
      for i, scheduler in ipairs(self._schedulers) do scheduler:load_state_dict(states[i]) end
      parent.load_state_dict(self, own)
    end)
    if ok then return end
    for i, scheduler in ipairs(self._schedulers) do scheduler:load_state_dict(before._schedulers[i]) end
    error(why, 0)
  end
end

return nested
