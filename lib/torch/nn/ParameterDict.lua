-- nn.ParameterDict
local options = require "torch.utils.options"

--- nn.ParameterDict({name = tensor, …}): Parameters by name, registered: dict[name] is one, assignment adds or
-- replaces, #dict counts, dict:items() walks in order. Tensors become parameters.
-- Example: nn.ParameterDict({scale = torch.ones(2)}).scale.requires_grad
local ParameterDict = torch.class("nn.ParameterDict", torch.nn.Module)

local function as_parameter(name, value)
  if not torch.is_tensor(value) then options.wrong("nn.ParameterDict", name, nil, "a tensor", value) end
  return torch._C.is_parameter(value) and value
    or torch.nn.Parameter(value, value:is_floating_point() or value:is_complex())
end

function ParameterDict:__init(parameters)
  if parameters ~= nil then self:update(parameters) end
end

--- nn.ParameterDict:update(parameters: table) -> ParameterDict: Adds those of a table by name, in the order of the
-- names, or of another dict. Returns the dict.
function ParameterDict:update(parameters)
  if torch.isinstance(parameters, ParameterDict) then
    for name, p in parameters:items() do self:register_parameter(name, p) end
    return self
  end
  if type(parameters) ~= "table" then
    options.wrong("nn.ParameterDict", "parameters", 1, "a table of tensors by name", parameters)
  end
  local names = {}
  for name in pairs(parameters) do
    if type(name) ~= "string" then options.wrong("nn.ParameterDict", "parameters", 1, "names", name) end
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do self:register_parameter(name, as_parameter(name, parameters[name])) end
  return self
end

--- nn.ParameterDict:items() -> function: An iterator over names and parameters, in order.
function ParameterDict:items() return self:named_parameters() end

--- nn.ParameterDict:keys() -> string[]: The names, in order.
function ParameterDict:keys() return (torch._C.parts_of(self)) end

--- nn.ParameterDict:values() -> Tensor[]: The parameters, in order.
function ParameterDict:values() return self:parameters() end

--- nn.ParameterDict:get(name: string) -> Tensor: The parameter of that name, or nil.
function ParameterDict:get(name)
  for _, key in ipairs(self:keys()) do
    if key == name then return self[key] end
  end
end

--- nn.ParameterDict:contains(name: string) -> bool: Whether there is a parameter of that name.
function ParameterDict:contains(name) return self:get(name) ~= nil end

--- nn.ParameterDict:pop(name: string) -> Tensor: Removes the parameter and returns it.
function ParameterDict:pop(name)
  local parameter = self:get(name)
  if parameter == nil then
    options.raise(("pop: no parameter %s"):format((options.describe(name):gsub("^string ", ""))))
  end
  self:unregister(name)
  return parameter
end

function ParameterDict:__len() return #self:keys() end

return ParameterDict
