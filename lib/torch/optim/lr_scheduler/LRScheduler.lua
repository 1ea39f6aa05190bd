local options = require "torch.utils.options"
local groups = require "torch.optim.lr_scheduler.groups"

--- torch.optim.lr_scheduler.LRScheduler(optimizer: any, last_epoch: int = -1): The class of all schedulers. A subclass
-- defines get_lr(), which returns the new learning rate of each group; `self.last_epoch` counts the steps from 0,
-- `self.base_lrs` are the rates at the start, `self.is_initial` is true in the constructor. With last_epoch = n a
-- training goes on after n + 1 steps: the groups must have the field `initial_lr` then, as they have when the
-- optimiser's state was loaded.
--
--     local Halving = torch.class("Halving", torch.optim.lr_scheduler.LRScheduler)
--     function Halving:get_lr()
--       return self:each_lr(function(lr) return self.is_initial and lr or lr / 2 end)
--     end
local LRScheduler = torch.class("torch.optim.lr_scheduler.LRScheduler")

-- What is not part of the state: the optimiser, and what is true in the constructor alone.
local NO_STATE <const> = {optimizer = true, is_initial = true}

-- Fields of PyTorch's files that hold nothing here.
local FOREIGN <const> = {_is_initial = true, _get_lr_called_within_step = true, verbose = true, mode_worse = true,
  _scale_fn_custom = true, _scale_fn_ref = true, _anneal_func_type = true}

--- The name of a scheduler's class without its package.
local function short_name(self) return torch.typename(self):match "[^.]*$" end

-- Optimisers whose step() was called since a scheduler was made for them: a scheduler that steps first leaves
-- out the first rate.
local stepped = setmetatable({}, {__mode = "k"})

--- Notes the first step of an optimiser, in a field of its own that removes itself.
local function watch(optimizer)
  if stepped[optimizer] ~= nil then return end
  stepped[optimizer] = false
  local step = optimizer.step
  optimizer.step = function(self, ...)
    stepped[optimizer] = true
    optimizer.step = step
    return step(self, ...)
  end
end

function LRScheduler:__init(optimizer, last_epoch)
  local name = short_name(self)
  groups.check_optimizer(name, optimizer)
  last_epoch = last_epoch == nil and -1 or last_epoch
  local from = options.integer(last_epoch)
  if from == nil or from < -1 then options.wrong(name, "last_epoch", nil, "an integer, -1 or more", last_epoch) end
  self.optimizer, self.last_epoch, self.base_lrs = optimizer, from, {}
  for i, group in ipairs(optimizer.param_groups) do
    if from == -1 then group.initial_lr = group.initial_lr or group.lr end
    self.base_lrs[i] = group.initial_lr or options.raise(("%s: with last_epoch = %d the groups need their field "
      .. "'initial_lr', and group %d has none: load the state of the optimiser first"):format(name, from, i))
  end
  watch(optimizer)
  self:_initial_step()
end

function LRScheduler:_initial_step()
  self._step_count, self.is_initial = 0, true
  self:step()
  self.is_initial = nil
end

--- lr_scheduler.LRScheduler:each_lr(rate: function) -> number[]: The list of rate(lr, base_lr, i) over the groups,
-- from their present rates and their first ones: what get_lr() of most schedulers returns.
function LRScheduler:each_lr(rate)
  local list = {}
  for i, group in ipairs(self.optimizer.param_groups) do
    list[i] = rate(group.lr, self.base_lrs[i] or group.initial_lr or group.lr, i)
  end
  return list
end

--- lr_scheduler.LRScheduler:get_lr() -> number[]: The rates of this step, from those of the step before. step() calls
-- it; get_last_lr() is for programs.
function LRScheduler:get_lr()
  options.raise(("%s: the class has no method 'get_lr'"):format(short_name(self)))
end

--- lr_scheduler.LRScheduler:get_last_lr() -> number[]: The rates of the groups that the last step set.
function LRScheduler:get_last_lr() return table.move(self._last_lr, 1, #self._last_lr, 1, {}) end

--- Sets the rates of the step `epoch`, or of the next one.
function LRScheduler:_update_lr(epoch)
  self.last_epoch = epoch or self.last_epoch + 1
  local closed = epoch and self._closed_form_lr
  groups.set_lrs(self, closed and self:each_lr(function(_, base, i) return closed(self, base, i) end) or self:get_lr())
end

--- lr_scheduler.LRScheduler:step(epoch: int = nil): Sets the rates of the next step, after optimizer:step(). With
-- `epoch` those of that step are computed anew, where the class can do that.
function LRScheduler:step(epoch)
  if epoch ~= nil and (type(epoch) ~= "number" or not (epoch >= 0)) then
    options.wrong(short_name(self) .. ".step", "epoch", 1, "a number, 0 or more", epoch)
  end
  if self._step_count == 1 and stepped[self.optimizer] == false then
    options.warn(("%s: step() was called before optimizer:step(): the first learning rate was not used"):format(
      short_name(self)))
  end
  self._step_count = self._step_count + 1
  self:_update_lr(epoch and (options.integer(epoch) or epoch))
end

local function copied(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, item in pairs(value) do copy[key] = copied(item) end
  return copy
end

--- lr_scheduler.LRScheduler:state_dict() -> table: All fields but the optimiser and functions: data that torch.save
-- writes.
function LRScheduler:state_dict()
  local state = {}
  for key, value in pairs(self) do
    if not NO_STATE[key] and not options.is_callable(value) and not groups.is_functions(value) then
      state[key] = copied(value)
    end
  end
  return state
end

--- Checks a state_dict for this scheduler: its keys and the number of groups.
local function check_state(self, state)
  local name = short_name(self) .. ".load_state_dict"
  if type(state) ~= "table" then options.wrong(name, "state_dict", 1, "a table", state) end
  if options.integer(state.last_epoch) == nil then
    options.raise(name .. ": 'state_dict': it has no integer 'last_epoch': not the state of a scheduler")
  end
  for key, value in pairs(state) do
    if self[key] == nil and not FOREIGN[key] then
      options.raise(("%s: 'state_dict': unknown key '%s'"):format(name, tostring(key)))
    elseif not FOREIGN[key] and type(value) ~= type(self[key]) then
      options.raise(("%s: 'state_dict': '%s' is a %s, expected a %s"):format(name, tostring(key), type(value),
        type(self[key])))
    end
  end
  if type(state.base_lrs) == "table" and #state.base_lrs ~= #self.base_lrs then
    options.raise(("%s: 'state_dict': it has %d groups, the optimiser has %d"):format(name, #state.base_lrs,
      #self.base_lrs))
  end
  for _, key in ipairs {"base_lrs", "_last_lr"} do
    for i, rate in ipairs(type(state[key]) == "table" and state[key] or {}) do
      if type(rate) ~= "number" then
        options.raise(("%s: 'state_dict': '%s' holds a %s at %d, expected numbers"):format(name, key, type(rate), i))
      end
    end
  end
end

--- lr_scheduler.LRScheduler:load_state_dict(state_dict: table): Goes on where the scheduler that gave the state_dict
-- was. The rates themselves are in the state of the optimiser. A state of another scheduler raises and changes
-- nothing.
function LRScheduler:load_state_dict(state_dict)
  check_state(self, state_dict)
  for key, value in pairs(state_dict) do
    if not FOREIGN[key] then self[key] = copied(value) end
  end
end

return LRScheduler
