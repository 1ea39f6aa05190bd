-- state_dict and load_state_dict where a module has hooks of them, or a class extra state; see state.c. `plain` is the
-- form in C without them.
local options = require "torch.utils.options"
local state_hooks = {}

-- The modules below `self` and itself, parents first, with what their names begin with.
local function walk(self, prefix)
  local list = {}
  for path, module in self:named_modules() do
    local is_open = options.try(torch._C.fields_of, module)
    if is_open then list[#list + 1] = {module, path == "" and prefix or prefix .. path .. "."} end
  end
  return list
end

local function each_hook(module, list, call)
  local hooks = torch._C.fields_of(module)[list] or {}
  for _, hook in ipairs(table.move(hooks, 1, #hooks, 1, {})) do call(hook[1]) end
end

local function has_own(module, method) return module[method] ~= torch.nn.Module[method] end

local function add(state, name, value)
  local names = getmetatable(state) and getmetatable(state).names
  if names and state[name] == nil then names[#names + 1] = name end
  state[name] = value
end

function state_hooks.state_dict(plain, self, prefix, keep_vars)
  local modules = walk(self, prefix)
  for _, entry in ipairs(modules) do
    each_hook(entry[1], "_state_dict_pre_hooks", function(hook) hook(entry[1], entry[2], keep_vars) end)
  end
  local state = plain(self, prefix, keep_vars)
  for i = #modules, 1, -1 do
    local module, at = modules[i][1], modules[i][2]
    if has_own(module, "get_extra_state") then add(state, at .. "_extra_state", module:get_extra_state()) end
    each_hook(module, "_state_dict_hooks", function(hook)
      if hook(module, state, at, {}) ~= nil then
        options.raise("register_state_dict_post_hook: a hook changes the state_dict in place and returns nothing")
      end
    end)
  end
  return state
end

-- Takes the extra states out of the copy of the state: an array of {module, value}.
local function take_extra(modules, state, strict)
  local extra = {}
  for _, entry in ipairs(modules) do
    local name = entry[2] .. "_extra_state"
    if has_own(entry[1], "set_extra_state") then
      if state[name] ~= nil then extra[#extra + 1] = {entry[1], state[name]}
      elseif strict then
        options.raise(("load_state_dict: the state does not fit %s; missing: %s"):format(torch.typename(entry[1]),
          name))
      end
      state[name] = nil
    end
  end
  return extra
end

function state_hooks.load_state_dict(plain, self, state, strict, assign)
  local copy, modules = {}, walk(self, "")
  for name, value in pairs(state) do copy[name] = value end
  local missing, unexpected, errors = {}, {}, {}
  for _, entry in ipairs(modules) do
    each_hook(entry[1], "_load_state_dict_pre_hooks", function(hook)
      hook(entry[1], copy, entry[2], {}, strict, missing, unexpected, errors)
    end)
  end
  if #errors > 0 then options.raise("load_state_dict: " .. table.concat(errors, "; ")) end
  local extra = take_extra(modules, copy, strict)
  local more_missing, more_unexpected = plain(self, copy, strict, assign)
  table.move(more_missing, 1, #more_missing, #missing + 1, missing)
  table.move(more_unexpected, 1, #more_unexpected, #unexpected + 1, unexpected)
  for _, entry in ipairs(extra) do entry[1]:set_extra_state(entry[2]) end
  local keys = {missing_keys = missing, unexpected_keys = unexpected}
  for i = #modules, 1, -1 do
    each_hook(modules[i][1], "_load_state_dict_post_hooks", function(hook) hook(modules[i][1], keys) end)
  end
  return keys.missing_keys, keys.unexpected_keys
end

return state_hooks
