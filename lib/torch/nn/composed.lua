-- Layers whose forward is a function of nn.functional in Lua: classes made of their parameters.
local options = require "torch.utils.options"

-- A value as the parentheses of print(layer) show it; arrays as Python's tuples.
local function shown(value)
  if type(value) ~= "table" then return tostring(value) end
  local items = {}
  for i = 1, #value do items[i] = tostring(value[i]) end
  return ("(%s%s)"):format(table.concat(items, ", "), #items == 1 and "," or "")
end

-- "kernel_size stride:changed 'in_channels'": names, each with the mark of rows of layers (docs/internals/layers.md).
local function extra_repr(self, defaults, words)
  local out = {}
  for word in words:gmatch "%S+" do
    local name, mark = word:match "^([^:]+):?(.*)$"
    local value = self[name]
    if name == "bias" then value = value ~= nil and value ~= false end
    if not (mark == "changed" and value == defaults[name]) then
      out[#out + 1] = mark == "value" and shown(value) or ("%s=%s"):format(name, shown(value))
    end
  end
  return table.concat(out, ", ")
end

local KEPT_APART <const> = {device = true, dtype = true, bias = true}

--- composed(NAME, parameters, {forward =, init =, repr =}): the class nn.NAME. `parameters` as for options.read: what
-- the constructor takes, and fields of the module. prepare(given, ...) sees the arguments as they were called before
-- what is required is missed; init(self, given) checks, changes `given` and registers parameters;
-- forward(self, ...) is the call; repr: the fields that print(layer) shows.
return function(name, parameters, of)
  local class = torch.class("nn." .. name, torch.nn.Module)
  local defaults = {}
  for _, parameter in ipairs(parameters) do defaults[parameter[1]] = parameter.default end
  parameters[1].kind = parameters[1].kind or "any" -- so that a table of named options may come first

  function class:__init(...)
    local given = options.read("nn." .. name, parameters, ...)
    if of.prepare then of.prepare(given, ...) end
    for i, parameter in ipairs(parameters) do
      if parameter.required and given[parameter[1]] == nil then
        options.wrong("nn." .. name, parameter[1], i, "a value", nil)
      end
    end
    if of.init then of.init(self, given) end
    for _, parameter in ipairs(parameters) do
      local key = parameter[1]
      if not KEPT_APART[key] then self[key] = given[key] end
    end
  end

  class.forward = of.forward
  if of.repr then
    function class:extra_repr() return extra_repr(self, defaults, of.repr) end
  end
  return class
end
