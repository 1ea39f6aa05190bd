--- nn.modules.module: Hooks that see the calls of all modules: for looking at what a program does. A hook of one module
-- is registered with that module.
local all = require "torch.nn.all_hooks"
local options = require "torch.utils.options"
local module = {}

local function count()
  local n = 0
  for _, list in pairs(all) do n = n + #list end
  return n
end

local Handle = {__name = "torch.utils.hooks.RemovableHandle"}
Handle.__index = Handle
function Handle:remove()
  for i, hook in ipairs(self.list) do
    if hook == self.hook then
      table.remove(self.list, i)
      break
    end
  end
  torch._C.hooks_of_all(count() > 0)
end
Handle.__close = Handle.remove

local function register(name, kind, hook, always_call)
  if not options.is_callable(hook) then options.wrong(name, "hook", 1, "a function", hook) end
  local entry = {hook, always_call or false}
  table.insert(all[kind], entry)
  torch._C.hooks_of_all(true)
  return setmetatable({list = all[kind], hook = entry}, Handle)
end

--- nn.modules.module.register_module_forward_pre_hook(hook: function) -> any: hook(module, input) runs before every
-- call of every module, as that of register_forward_pre_hook. The handle's :remove() takes it away.
function module.register_module_forward_pre_hook(hook)
  return register("register_module_forward_pre_hook", "forward_pre", hook)
end

--- nn.modules.module.register_module_forward_hook(hook: function, {always_call: bool = false}) -> any: hook(module,
-- input, output) runs after every call of every module, as that of register_forward_hook.
function module.register_module_forward_hook(...)
  local given = options.read("register_module_forward_hook", {{"hook", kind = "callable", required = true},
    {"with_kwargs", kind = "boolean", default = false}, {"always_call", kind = "boolean", default = false}}, ...)
  return register("register_module_forward_hook", "forward", given.hook, given.always_call)
end

--- nn.modules.module.register_module_full_backward_hook(hook: function) -> any: hook(module, grad_input, grad_output)
-- runs in a backward pass for every call of every module, as that of register_full_backward_hook.
function module.register_module_full_backward_hook(hook)
  return register("register_module_full_backward_hook", "backward", hook)
end

--- nn.modules.module.register_module_backward_hook(hook: function) -> any: The older name of
-- register_module_full_backward_hook.
function module.register_module_backward_hook(hook)
  return register("register_module_backward_hook", "backward", hook)
end

--- nn.modules.module.register_module_full_backward_pre_hook(hook: function) -> any: hook(module, grad_output) runs in a
-- backward pass before that of every call of every module.
function module.register_module_full_backward_pre_hook(hook)
  return register("register_module_full_backward_pre_hook", "backward_pre", hook)
end

return module
