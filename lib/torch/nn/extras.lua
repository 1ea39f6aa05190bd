-- Methods of nn.Module that are written in Lua; extra.c calls them.
local options = require "torch.utils.options"
local extras = {}

-- ---- copies -------------------------------------------------------------------------------

local copy

local function copy_tensor(x, seen)
  local result = torch.no_grad(function() return x:detach():clone() end)
  seen[x] = result
  if x.requires_grad then result:requires_grad_() end
  if x.grad then result.grad = x.grad:clone() end
  return result
end

local function copy_parameter(p, seen)
  local result = torch.nn.Parameter(p:detach():clone(), p.requires_grad)
  seen[p] = result
  if p.grad then result.grad = p.grad:clone() end
  return result
end

local MODULE_DEPTH <const>, TABLE_DEPTH <const> = 2000, 10000 -- the first is that of lib/torch/nn/slot.c

local function check_depth(what, depth, most)
  if depth > most then options.raise(("clone: %s are nested more than %d deep"):format(what, most)) end
end

local function copy_module(module, seen, depth)
  check_depth("modules", depth, MODULE_DEPTH)
  local shell = torch._C.module_shell(module)
  seen[module] = shell
  local names, kinds = torch._C.parts_of(module)
  local is_part = {}
  for i, name in ipairs(names) do
    local part, kind = module[name], kinds[i]
    is_part[name] = true
    if part == nil then
      shell["register_" .. kind](shell, name, nil)
    elseif kind == "parameter" then
      shell[name] = seen[part] or copy_parameter(part, seen)
    elseif kind == "buffer" then
      shell:register_buffer(name, copy(part, seen, depth + 1), torch._C.buffer_is_kept(module, name))
    else
      shell:register_module(name, copy(part, seen, depth + 1))
    end
  end
  local fields, own = torch._C.fields_of(module), torch._C.fields_of(shell)
  for key, value in pairs(fields) do
    if not is_part[key] then own[key] = copy(value, seen, depth + 1) end
  end
  setmetatable(own, getmetatable(fields))
  return shell
end

-- A copy of a value, in which nothing is shared that can change but functions; `seen`: what was copied already.
function copy(value, seen, depth)
  if seen[value] ~= nil then return seen[value] end
  if torch.is_tensor(value) then return copy_tensor(value, seen) end
  if torch.isinstance(value, torch.nn.Module) then return copy_module(value, seen, depth) end
  if type(value) ~= "table" then return value end
  check_depth("tables", depth, TABLE_DEPTH)
  local result = {}
  seen[value] = result
  for key, item in next, value do result[copy(key, seen, depth + 1)] = copy(item, seen, depth + 1) end
  return setmetatable(result, getmetatable(value))
end

--- nn.Module:clone() -> Module: A copy of the module with all that is inside, which shares no memory with it: what
-- copy.deepcopy(module) is in Python. Functions are shared.
-- Example: nn.Linear(2, 1):clone().weight.shape
function extras.clone(self) return copy_module(self, {}, 0) end

-- ---- parts ----------------------------------------------------------------------------------

--- nn.Module:set_submodule(target: string, module: Module): Puts a module in the place of that name, such as
-- "features.0". What holds it must be there.
-- Example: nn.Sequential(nn.ReLU()):set_submodule("0", nn.Tanh())
function extras.set_submodule(self, target, module)
  if type(target) ~= "string" or target == "" then
    options.wrong("set_submodule", "target", 1, "the name of a module", target)
  end
  if not torch.isinstance(module, torch.nn.Module) then
    options.wrong("set_submodule", "module", 2, "a module", module)
  end
  local path, name = target:match "^(.*)%.([^.]+)$"
  local owner = path and self:get_submodule(path) or self
  owner:register_module(name or target, module)
end

--- nn.Module:type(dst_type: dtype) -> Module: As to(dst_type).
function extras.type(self, dst_type)
  if dst_type == nil then options.wrong("type", "dst_type", 1, "a dtype", dst_type) end
  return self:to(dst_type)
end

--- nn.Module:share_memory() -> Module: Returns the module: coroutines and threads see one memory in any case.
function extras.share_memory(self) return self end

-- ---- hooks ------------------------------------------------------------------------------------

local register = torch._C.register_hook

--- nn.Module:register_full_backward_pre_hook(hook: function, prepend: bool = false) -> any: hook(module, grad_output)
-- runs in a backward pass before the gradients of a call are computed; an array that it returns takes the place of
-- grad_output. The handle's :remove() takes the hook away.
-- Example: nn.ReLU():register_full_backward_pre_hook(function(module, grad_output) end)
function extras.register_full_backward_pre_hook(self, ...)
  return register(self, "_backward_pre_hooks", "register_full_backward_pre_hook", ...)
end

--- nn.Module:register_backward_hook(hook: function) -> any: The older name of register_full_backward_hook.
function extras.register_backward_hook(self, hook)
  return register(self, "_backward_hooks", "register_backward_hook", hook)
end

--- nn.Module:register_state_dict_pre_hook(hook: function) -> any: hook(module, prefix, keep_vars) runs before
-- state_dict() of the module, or of one above it, takes its parameters.
function extras.register_state_dict_pre_hook(self, hook)
  return register(self, "_state_dict_pre_hooks", "register_state_dict_pre_hook", hook)
end

--- nn.Module:register_state_dict_post_hook(hook: function) -> any: hook(module, state_dict, prefix, local_metadata)
-- runs when state_dict() has taken what is in the module; it may change state_dict, and returns nothing.
-- Example: nn.ReLU():register_state_dict_post_hook(function(module, state_dict, prefix) end)
function extras.register_state_dict_post_hook(self, hook)
  return register(self, "_state_dict_hooks", "register_state_dict_post_hook", hook)
end

--- nn.Module:register_load_state_dict_pre_hook(hook: function) -> any: hook(module, state_dict, prefix,
-- local_metadata, strict, missing_keys, unexpected_keys, error_msgs) runs before load_state_dict() looks at the
-- state, of which it may change a copy; texts that it adds to error_msgs are raised.
function extras.register_load_state_dict_pre_hook(self, hook)
  return register(self, "_load_state_dict_pre_hooks", "register_load_state_dict_pre_hook", hook)
end

--- nn.Module:register_load_state_dict_post_hook(hook: function) -> any: hook(module, incompatible_keys) runs when
-- load_state_dict() is done; incompatible_keys has the arrays missing_keys and unexpected_keys, which it may change.
function extras.register_load_state_dict_post_hook(self, hook)
  return register(self, "_load_state_dict_post_hooks", "register_load_state_dict_post_hook", hook)
end

--- nn.Module:get_extra_state() -> any: What a class keeps in its state_dict beside tensors: a class that has it defines
-- it and set_extra_state.
function extras.get_extra_state(self)
  options.raise(("get_extra_state: %s has none; a class that has extra state defines the method"):format(
    torch.typename(self)))
end

--- nn.Module:set_extra_state(state: any): Takes back what get_extra_state gave.
function extras.set_extra_state(self)
  options.raise(("set_extra_state: %s has none; a class that has extra state defines the method"):format(
    torch.typename(self)))
end

return extras
