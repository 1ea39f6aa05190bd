-- nn.ParameterList
local options = require "torch.utils.options"

--- nn.ParameterList(values: Tensor[] = nil): Parameters in an order, registered as "0", "1", …: #list counts them,
-- list[i] is one, list[i] = x replaces it, ipairs walks them. Tensors become parameters.
-- Example: #nn.ParameterList({torch.ones(2), torch.zeros(3)})
local ParameterList = torch.class("nn.ParameterList", torch.nn.Module)

local function as_parameter(name, value)
  if not torch.is_tensor(value) then options.wrong("nn.ParameterList", name, nil, "a tensor", value) end
  return torch._C.is_parameter(value) and value
    or torch.nn.Parameter(value, value:is_floating_point() or value:is_complex())
end

function ParameterList:__init(values)
  if values ~= nil then self:extend(values) end
end

function ParameterList:__len() return #torch._C.parts_of(self) end

local function position(self, i)
  local n = #self
  local at = options.integer(i)
  if at and at < 0 then at = n + at + 1 end
  if not at or at < 1 or at > n then
    options.raise(("nn.ParameterList: expected a position from 1 to %d, got %s"):format(n, options.describe(i)))
  end
  return tostring(at - 1)
end

function ParameterList:__getitem(i) return self[position(self, i)] end
function ParameterList:__setitem(i, value)
  self:register_parameter(position(self, i), as_parameter("value", value))
end

--- nn.ParameterList:append(value: Tensor) -> ParameterList: Adds a parameter at the end. Returns the list.
function ParameterList:append(value)
  self:register_parameter(tostring(#self), as_parameter("value", value))
  return self
end

--- nn.ParameterList:extend(values: Tensor[]) -> ParameterList: Adds those of an array or of another list. Returns the
-- list.
function ParameterList:extend(values)
  local n = options.length(values)
  if n == nil or torch.is_tensor(values) then
    options.wrong("nn.ParameterList", "values", 1, "an array of tensors", values)
  end
  for i = 1, n do self:append(values[i]) end
  return self
end

function ParameterList:extra_repr()
  local lines = {}
  for i, p in ipairs(self:parameters()) do
    lines[i] = ("(%d): Parameter containing: [%s of size %s]"):format(i - 1, p.dtype, table.concat(p.shape, "x"))
  end
  return table.concat(lines, "\n")
end

return ParameterList
