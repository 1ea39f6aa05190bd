-- Layers whose forward is a function of nn.functional in Lua: classes made of their parameters.
local options = require "torch.utils.options"

-- A value as the parentheses of print(layer) show it; arrays as Python's tuples.
local function shown(value)
  if type(value) ~= "table" then return tostring(value) end
  local items = {}
  for i = 1, #value do items[i] = tostring(value[i]) end
  return ("(%s%s)"):format(table.concat(items, ", "), #items == 1 and "," or "")
end

-- Whether a value is its default; an array of sizes where all of them are.
local function is_default(value, default)
  if type(value) ~= "table" then return value == default end
  for _, item in ipairs(value) do
    if item ~= default then return false end
  end
  return true
end

-- "kernel_size stride:changed 'in_channels'": names, each with the mark of rows of layers (docs/internals/layers.md).
local function extra_repr(self, defaults, words)
  local out = {}
  for word in words:gmatch "%S+" do
    local name, mark = word:match "^([^:]+):?(.*)$"
    local value = self[name]
    if name == "bias" then value = value ~= nil and value ~= false end
    if not (mark == "changed" and is_default(value, defaults[name])) then
      out[#out + 1] = mark == "value" and shown(value) or ("%s=%s"):format(name, shown(value))
    end
  end
  return table.concat(out, ", ")
end

local KEPT_APART <const> = {device = true, dtype = true, bias = true}

--- composed(NAME, parameters, {forward =, init =, repr =}): the class nn.NAME. `parameters` as for options.read: what
-- the constructor takes, and fields of the module. init(self, given) checks, changes `given` and registers
-- parameters; forward(self, input, …) is the call: input is a tensor, and there are no more arguments than it names
-- (one that has `...` checks all of them itself); repr: the fields that print(layer) shows.
return function(name, parameters, of)
  local class = torch.class("nn." .. name, torch.nn.Module)
  local defaults = {}
  for _, parameter in ipairs(parameters) do defaults[parameter[1]] = parameter.default end
  parameters[1].kind = parameters[1].kind or "any" -- so that a table of named options may come first

  function class:__init(...)
    local given = options.read("nn." .. name, parameters, ...)
    if of.init then of.init(self, given) end
    for _, parameter in ipairs(parameters) do
      local key = parameter[1]
      if not KEPT_APART[key] then self[key] = given[key] end
    end
  end

  local called = debug.getinfo(of.forward, "u")
  local most = called.nparams - 1 -- without self
  function class:forward(...)
    if not torch.is_tensor((...)) then options.wrong("nn." .. name, "input", 1, "a tensor", (...)) end
    local n = select("#", ...)
    if n > most then
      options.raise(("nn.%s: at most %d arguments are expected, got %d"):format(name, most, n))
    end
    return of.forward(self, ...)
  end
  if called.isvararg then class.forward = of.forward end
  if of.repr then
    function class:extra_repr() return extra_repr(self, defaults, of.repr) end
  end
  return class
end
