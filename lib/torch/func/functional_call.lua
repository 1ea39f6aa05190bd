local options = require "torch.utils.options"

local PARAMETERS <const> = {{"module", required = true},
  {"parameter_and_buffer_dicts", kind = "table", required = true}, {"args"},
  {"tie_weights", kind = "boolean", default = true}, {"strict", kind = "boolean", default = false}}

-- name → the modules and fields where the part stands: several where one tensor has several names and is tied.
local function places_of(module, tie)
  local places, same = {}, {}
  local function note(full)
    if places[full] then return end
    local path, name = full:match "^(.*)%.([^.]+)$"
    local owner = path and module:get_submodule(path) or module
    name = name or full
    local part = owner[name]
    local known = tie and same[part] or {}
    known[#known + 1] = {owner, name}
    places[full], same[part] = known, known
  end
  for full in pairs(module:state_dict()) do note(full) end
  for full in module:named_buffers() do note(full) end -- those that a state_dict leaves out
  return places
end

-- One table of name → tensor, of one or of an array of them.
local function merged(dicts)
  if torch.is_tensor(dicts[1]) or #dicts == 0 then return dicts end
  local all = {}
  for i, dict in ipairs(dicts) do
    if type(dict) ~= "table" then
      options.wrong("functional_call", ("parameter_and_buffer_dicts[%d]"):format(i), nil, "a table of tensors", dict)
    end
    for name, part in pairs(dict) do
      if all[name] ~= nil then
        options.raise(("functional_call: 'parameter_and_buffer_dicts' (argument 2): '%s' is there twice"):format(name))
      end
      all[name] = part
    end
  end
  return all
end

local function check(places, parts, strict)
  local names = {}
  for name in pairs(places) do names[#names + 1] = name end
  table.sort(names)
  for name, part in pairs(parts) do
    if not places[name] then
      options.raise(("functional_call: 'parameter_and_buffer_dicts' (argument 2): the module has no '%s'%s"):format(
        tostring(name), options.suggest(tostring(name), names)))
    end
    if not torch.is_tensor(part) then
      options.wrong("functional_call", ("parameter_and_buffer_dicts['%s']"):format(name), nil, "a tensor", part)
    end
  end
  for _, name in ipairs(strict and names or {}) do
    local given = false
    for other, list in pairs(places) do given = given or list == places[name] and parts[other] ~= nil end
    if not given then
      options.raise(("functional_call: with strict = true '%s' is missing"):format(name))
    end
  end
end

--- torch.func.functional_call(module: Module, parameter_and_buffer_dicts: table, args: any,
-- {tie_weights: bool = true, strict: bool = false}) -> any: module(args) with other tensors in place of its
-- parameters and buffers: a table by name, or an array of such tables. args is the argument, or an array of several.
-- The module is as before afterwards, whatever happens. With tie_weights a tensor that has two names is replaced under
-- both; with strict every name must be there.
-- Example:
--     local net = nn.Linear(2, 1)
--     return torch.func.functional_call(net, {weight = torch.ones(1, 2), bias = torch.zeros(1)}, torch.ones(3, 2))
return function(...)
  local given = options.read("functional_call", PARAMETERS, ...)
  local module, args = given.module, given.args
  if not torch.isinstance(module, torch.nn.Module) then
    options.wrong("functional_call", "module", 1, "a module", module)
  end
  local places, parts = places_of(module, given.tie_weights), merged(given.parameter_and_buffer_dicts)
  check(places, parts, given.strict)
  if torch.is_tensor(args) or type(args) ~= "table" then args = {args} end
  local before = {}
  local _ <close> = setmetatable({}, {__close = function()
    for i = #before, 1, -1 do torch._C.swap_part(table.unpack(before[i], 1, 3)) end
  end})
  for name, part in pairs(parts) do
    for _, place in ipairs(places[name]) do
      before[#before + 1] = {place[1], place[2], torch._C.swap_part(place[1], place[2], part)}
    end
  end
  return (function(...) return ... end)(module(table.unpack(args, 1, args.n or #args)))
end
