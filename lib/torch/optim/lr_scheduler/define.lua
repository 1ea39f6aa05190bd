-- The constructor of a scheduler with options.
local options = require "torch.utils.options"
local groups = require "torch.optim.lr_scheduler.groups"

--- Gives a class of schedulers its constructor, which takes the optimiser, the options of `parameters` (see
-- options.read; they become fields of the same names) and last_epoch. `prepare(self, name, optimizer, last_epoch)`
-- may check them and make other fields before the first rates are set.
return function(class, name, parameters, prepare)
  local all = {{"optimizer", required = true}}
  for _, parameter in ipairs(parameters) do all[#all + 1] = parameter end
  all[#all + 1] = {"last_epoch", kind = "number", default = -1}
  function class:__init(...)
    local given = options.read(name, all, ...)
    groups.check_optimizer(name, given.optimizer)
    for _, parameter in ipairs(parameters) do self[parameter[1]] = given[parameter[1]] end
    if prepare then prepare(self, name, given.optimizer, given.last_epoch) end
    class.super.__init(self, given.optimizer, given.last_epoch)
  end
end
