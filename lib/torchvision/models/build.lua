-- What the families of models share: how their constructors read arguments, fill parameters and load files.
local torch = require "torch"
local nn = require "torch.nn"
local options = require "torch.utils.options"

local build = {}

local COMMON <const> = {{"weights", kind = "any"}, {"progress", kind = "boolean", default = true},
  {"num_classes", kind = "positive", default = 1000}}

--- The parameters of a constructor: those that all have, then those of the family; `defaults` replace defaults.
local function parameters_of(own, defaults)
  local list = {}
  for i, parameter in ipairs(COMMON) do list[i] = parameter end
  table.move(own or {}, 1, #(own or {}), #list + 1, list)
  for i, parameter in ipairs(list) do
    local default = (defaults or {})[parameter[1]]
    if default ~= nil then
      local copy = {}
      for key, value in pairs(parameter) do copy[key] = value end
      copy.default, list[i] = default, copy
    end
  end
  return list
end

--- The constructor `name`: a function that reads its arguments (`own`: parameters of the family as for options.read,
-- `defaults`: other defaults of parameters), makes the model by make(given), and fills it from the file that
-- `weights` tells. rename(state): brings names of older files up to date.
function build.constructor(name, own, make, defaults, rename)
  local parameters = parameters_of(own, defaults)
  return function(...)
    local given = options.read(name, parameters, ...)
    local state
    if given.weights ~= nil then
      state = require("torchvision.models.state").of(name, given.weights, given.progress)
    end
    local model = make(given)
    if state then model:load_state_dict(rename and rename(state) or state) end
    return model
  end
end

--- Constructors {name = function} of rows {name = {…}}: make(given, row) makes the model; row.defaults are its
-- defaults.
function build.family(own, rows, make, rename)
  local made = {}
  for name, row in pairs(rows) do
    made[name] = build.constructor(name, own, function(given) return make(given, row) end, row.defaults, rename)
  end
  return made
end

--- A class of modules, by its constructor and its forward.
function build.class(name, init, forward, parent)
  local class = torch.class("torchvision.models." .. name, parent or nn.Module)
  class.__init, class.forward = init, forward
  return class
end

--- The multiple of `divisor` next to v, no less than 0.9 v.
function build.divisible(v, divisor, least)
  local n = math.max(least or divisor, (v + divisor / 2) // divisor * divisor) // 1 | 0
  return n < 0.9 * v and n + divisor or n
end

--- nn.BatchNorm2d with these options, as a function of the number of channels.
function build.norm(eps, momentum)
  return function(channels) return nn.BatchNorm2d(channels, {eps = eps, momentum = momentum}) end
end

-- First values -----------------------------------------------------------------------------

--- Calls conv(module) for the convolutions inside a model, linear(module) for its linear maps.
function build.each(model, conv, linear)
  for _, module in ipairs(model:modules()) do
    local kind = torch.typename(module)
    if kind == "nn.Conv2d" or kind == "nn.Conv3d" then
      if conv then conv(module) end
    elseif kind == "nn.Linear" and linear then linear(module) end
  end
end

local function no_bias(module)
  if module.bias then nn.init.zeros_(module.bias) end
end

--- Convolutions as He et al. 2015 fill them, with 0 as bias.
function build.kaiming(module)
  nn.init.kaiming_normal_(module.weight, {mode = "fan_out", nonlinearity = "relu"})
  no_bias(module)
end

--- A function that fills with normal numbers of this deviation, and 0 as bias.
function build.normal(std)
  return function(module)
    nn.init.normal_(module.weight, 0, std)
    no_bias(module)
  end
end

--- As `normal`, without numbers outside of ±2.
function build.truncated(std)
  return function(module)
    nn.init.trunc_normal_(module.weight, {std = std})
    no_bias(module)
  end
end

return build
