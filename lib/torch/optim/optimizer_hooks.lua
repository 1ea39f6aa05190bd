-- Hooks of optimisers: functions around step, state_dict and load_state_dict. An optimiser with hooks has fields of
-- these names before the methods of its class, as long as it has any; see optim.c.
local options = require "torch.utils.options"
local hooks = {}

local records = setmetatable({}, {__mode = "k"}) -- optimiser → kind → array of functions

local Handle = {__name = "torch.utils.hooks.RemovableHandle"}
Handle.__index = Handle

local function each(list, call)
  for _, hook in ipairs(table.move(list, 1, #list, 1, {})) do call(hook) end
end

-- What stands in place of the method: the hooks before, the method, the hooks behind.
local wrappers = {}

function wrappers.step(record, method)
  return function(self, ...)
    local args = table.pack(...)
    each(record.step_pre, function(hook)
      local changed = hook(self, args)
      if changed ~= nil then
        if type(changed) ~= "table" then
          options.wrong("register_step_pre_hook", "the result of a hook", nil, "nothing or an array of arguments",
            changed)
        end
        args = table.pack(table.unpack(changed))
      end
    end)
    local results = table.pack(method(self, table.unpack(args, 1, args.n)))
    each(record.step_post, function(hook) hook(self, args) end)
    return table.unpack(results, 1, results.n)
  end
end

function wrappers.state_dict(record, method)
  return function(self)
    each(record.state_dict_pre, function(hook) hook(self) end)
    local state = method(self)
    each(record.state_dict_post, function(hook)
      local changed = hook(self, state)
      if changed ~= nil then state = changed end
    end)
    return state
  end
end

function wrappers.load_state_dict(record, method)
  return function(self, state)
    if type(state) == "table" then
      local copy = {}
      for key, value in pairs(state) do copy[key] = value end
      state = copy
    end
    each(record.load_state_dict_pre, function(hook)
      local changed = hook(self, state)
      if changed ~= nil then state = changed end
    end)
    method(self, state)
    each(record.load_state_dict_post, function(hook) hook(self) end)
  end
end

local function record_of(optimizer)
  local record = records[optimizer]
  if record == nil then
    record = {}
    for _, name in ipairs {"step", "state_dict", "load_state_dict"} do
      record[name .. "_pre"], record[name .. "_post"] = {}, {}
    end
    records[optimizer] = record
  end
  return record
end

-- Puts the wrapper before the method, or takes it away when no hook is left.
local function install(optimizer, name)
  local record = records[optimizer]
  local wanted = #record[name .. "_pre"] + #record[name .. "_post"] > 0
  local installed = record[name]
  if wanted and not installed then
    local method = optimizer[name]
    local wrapper = wrappers[name](record, method)
    record[name] = {wrapper = wrapper, method = method}
    optimizer[name] = wrapper
  elseif not wanted and installed then
    if optimizer[name] == installed.wrapper then
      optimizer[name] = nil
      if optimizer[name] ~= installed.method then optimizer[name] = installed.method end -- it was a field, too
    end
    record[name] = nil
  end
end

function Handle:remove()
  local list = records[self.optimizer][self.kind]
  for i, hook in ipairs(list) do
    if hook == self.hook then
      table.remove(list, i)
      break
    end
  end
  install(self.optimizer, self.name)
end
Handle.__close = Handle.remove

local function register(who, name, when)
  local kind = name .. "_" .. when
  return function(optimizer, hook, prepend)
    if not options.is_callable(hook) then options.wrong(who, "hook", 1, "a function", hook) end
    if type(prepend) == "table" then prepend = prepend.prepend end
    local list = record_of(optimizer)[kind]
    local own = function(...) return hook(...) end -- the same function may be registered twice
    table.insert(list, prepend and 1 or #list + 1, own)
    install(optimizer, name)
    return setmetatable({optimizer = optimizer, kind = kind, name = name, hook = own}, Handle)
  end
end

--- optim.Optimizer:register_step_pre_hook(hook: function) -> any: hook(optimizer, args) runs before every step; args is
-- the array of its arguments, and an array that it returns takes its place. The handle's :remove() takes the hook away.
-- Example: optim.SGD(nn.Linear(1, 1):parameters()):register_step_pre_hook(function(optimizer, args) end)
hooks.register_step_pre_hook = register("register_step_pre_hook", "step", "pre")

--- optim.Optimizer:register_step_post_hook(hook: function) -> any: hook(optimizer, args) runs after every step.
-- Example: optim.SGD(nn.Linear(1, 1):parameters()):register_step_post_hook(function(optimizer, args) end)
hooks.register_step_post_hook = register("register_step_post_hook", "step", "post")

--- optim.Optimizer:register_state_dict_pre_hook(hook: function, {prepend: bool = false}) -> any: hook(optimizer) runs
-- before state_dict().
hooks.register_state_dict_pre_hook = register("register_state_dict_pre_hook", "state_dict", "pre")

--- optim.Optimizer:register_state_dict_post_hook(hook: function, {prepend: bool = false}) -> any: hook(optimizer,
-- state_dict) runs after state_dict(), and may return another one.
hooks.register_state_dict_post_hook = register("register_state_dict_post_hook", "state_dict", "post")

--- optim.Optimizer:register_load_state_dict_pre_hook(hook: function, {prepend: bool = false}) -> any: hook(optimizer,
-- state_dict) runs before load_state_dict() on a copy of the table, and may return another one.
hooks.register_load_state_dict_pre_hook = register("register_load_state_dict_pre_hook", "load_state_dict", "pre")

--- optim.Optimizer:register_load_state_dict_post_hook(hook: function, {prepend: bool = false}) -> any:
-- hook(optimizer) runs after load_state_dict().
hooks.register_load_state_dict_post_hook = register("register_load_state_dict_post_hook", "load_state_dict", "post")

return hooks
