-- How classes of transforms are made: their parameters are read in one place.
local torch = require "torch"
local options = require "torch.utils.options"
local arguments = require "torchvision.transforms.v2.functional.arguments"
local Transform = require "torchvision.transforms.v2.Transform"

local PROBABILITY <const> = {"p", kind = "number", default = 0.5}
local GENERATOR <const> = {"generator"}

local function happens(self) return self:_uniform(0, 1) < self.p end

-- What __init sets: the parameters as fields.
local function read(self, class, parameters, ...)
  local given
  local only_names = select("#", ...) == 1 and options.is_named((...))
  if only_names and not (next((...)) == nil and parameters[1].kind == "table") then
    given = options.read(class._name, parameters, nil, (...))
  else
    given = options.read(class._name, parameters, ...)
  end
  for _, parameter in ipairs(parameters) do
    local name = parameter[1]
    self[name] = given[name]
    if name == "p" and parameter.kind == "number" and not (given.p >= 0 and given.p <= 1) then
      options.wrong(class._name, "p", nil, "a probability from 0 to 1", given.p)
    elseif name == "interpolation" then
      self.interpolation = arguments.interpolation(class._name, nil, given.interpolation, parameter.known)
    end
  end
end

--- define(name, parameters, options): the class torchvision.transforms.v2.NAME. A parameter is as options.read
-- wants it; `tuple`: printed in parentheses. options: `random`: it has a generator; `p`: it happens with this
-- probability; `kinds`: the kinds of tensors that it is for; `setup(self)`: checks the parameters and makes fields
-- of them; `show`: the fields that are printed, where they are others than the parameters.
return function(name, parameters, how)
  how = how or {}
  local class = torch.class("torchvision.transforms.v2." .. name, Transform)
  local list = table.move(parameters, 1, #parameters, 1, {})
  if how.p then
    list[#list + 1] = {PROBABILITY[1], kind = "number", default = how.p}
    class._happens = happens
  end
  if how.p or how.random then list[#list + 1] = GENERATOR end
  class._name, class._kinds, class._shown = name, how.kinds, {}
  local shown, tuples = how.show or {}, {}
  if how.p and not how.show then shown[1] = "p" end
  for _, parameter in ipairs(list) do
    tuples[parameter[1]] = parameter.tuple
    if not how.show and not (how.p and parameter[1] == "p") then shown[#shown + 1] = parameter[1] end
  end
  for i, field in ipairs(shown) do class._shown[i] = {field, tuple = tuples[field]} end
  if #list == 0 then list = {{"options"}} end
  function class:__init(...)
    read(self, class, list, ...)
    if how.setup then how.setup(self) end
  end
  return class
end
