-- nn.ModuleDict
local options = require "torch.utils.options"
local raise = options.raise

--- nn.ModuleDict(modules: table = nil): Modules by name. {name = module, …}, or {{"name", module}, …}, which keeps
-- the order. dict[name] is one (so is dict:get(name), for names that are methods too), assignment adds or replaces,
-- #dict counts, dict:items() walks.
local ModuleDict = torch.class("nn.ModuleDict", torch.nn.Module)

local function add(self, who, name, module)
  if type(name) ~= "string" then raise(("%s: expected names, got a %s"):format(who, type(name))) end
  if not torch.isinstance(module, torch.nn.Module) then
    raise(("%s: '%s': expected a module, got a %s"):format(who, name, type(module)))
  end
  self:add_module(name, module)
end

local function update(self, modules, who)
  if torch.isinstance(modules, ModuleDict) then
    for name, module in modules:items() do add(self, who, name, module) end
  elseif type(modules) ~= "table" then
    raise(("%s: 'modules' (argument 1): expected a table of modules, got a %s"):format(who, type(modules)))
  elseif modules[1] then
    for i, pair in ipairs(modules) do
      if type(pair) ~= "table" then
        raise(("%s: entry %d: expected {name, module}, got a %s"):format(who, i, type(pair)))
      end
      add(self, who, pair[1], pair[2])
    end
  else
    local names = {}
    for name in pairs(modules) do names[#names + 1] = name end
    table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
    for _, name in ipairs(names) do add(self, who, name, modules[name]) end
  end
end

function ModuleDict:__init(modules)
  if modules ~= nil then update(self, modules, "nn.ModuleDict") end
end

--- nn.ModuleDict:update(modules: table): Adds the modules of a table by name, of an array of
-- {"name", module}, or of another dict.
function ModuleDict:update(modules) update(self, modules, "update") end

--- nn.ModuleDict:items() -> function: An iterator over names and modules, in order.
function ModuleDict:items() return self:named_children() end

--- nn.ModuleDict:keys() -> string[]: The names, in order.
function ModuleDict:keys()
  local list = {}
  for name in self:items() do list[#list + 1] = name end
  return list
end

--- nn.ModuleDict:values() -> Module[]: The modules, in order.
function ModuleDict:values() return self:children() end

--- nn.ModuleDict:get(name: string) -> Module: The module of that name, or nil.
function ModuleDict:get(name)
  for key, module in self:items() do
    if key == name then return module end
  end
end

--- nn.ModuleDict:contains(name: string) -> bool: Whether there is a module of that name.
function ModuleDict:contains(name) return self:get(name) ~= nil end

--- nn.ModuleDict:pop(name: string) -> Module: Removes the module and returns it.
function ModuleDict:pop(name)
  local module = self:get(name)
  if module == nil then raise(("pop: no module %s"):format((options.describe(name):gsub("^string ", "")))) end
  self[name] = nil
  return module
end

--- nn.ModuleDict:clear(): Removes all modules.
function ModuleDict:clear()
  for _, name in ipairs(self:keys()) do self[name] = nil end
end

function ModuleDict:__len() return #self:children() end

return ModuleDict
