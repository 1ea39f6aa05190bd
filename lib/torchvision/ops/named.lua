-- Features by name that know their order.
local torch = require "torch"
local options = require "torch.utils.options"

local named = {}

local function walk(self)
  local names, i = getmetatable(self).names, 0
  return function()
    i = i + 1
    return names[i], self[names[i]]
  end
end

--- {name = tensor, …}, which pairs walks in the order of `names`.
function named.make(names, tensors)
  local out = {}
  for i, name in ipairs(names) do out[name] = tensors[i] end
  return setmetatable(out, {names = names, __pairs = walk})
end

--- The names and the tensors of features in order, as arrays: of an array of {name, tensor}, or of what `make` made.
function named.read(who, parameter, position, x)
  local names, tensors = {}, {}
  local order = type(x) == "table" and (getmetatable(x) or {}).names
  for i, item in ipairs(type(x) == "table" and (order or x) or {}) do
    local name, tensor = item, order and x[item]
    if not order and type(item) == "table" then name, tensor = item[1], item[2] end
    if type(name) ~= "string" or not torch.is_tensor(tensor) then
      options.wrong(who, ("%s[%d]"):format(parameter, i), nil, "{name, features}", item)
    end
    names[i], tensors[i] = name, tensor
  end
  if #names == 0 then options.wrong(who, parameter, position, "an array of {name, features}", x) end
  return names, tensors
end

return named
