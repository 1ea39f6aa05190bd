--- How a batch is made of items.
local options = require "torch.utils.options"
local torch = require "torch"

local function is_tensor(value) return type(value) == "userdata" and value.shape ~= nil end

local collate

local function stack(values)
  local first = values[1].shape
  for i, value in ipairs(values) do
    if not is_tensor(value) or value.shape ~= first then
      options.raise(("default_collate: cannot stack item %d of the batch, %s, with the first, %s"):format(
        i, options.describe(value), options.describe(values[1])))
    end
  end
  return torch.stack(values, 1)
end

local function numbers(values)
  local integers = true
  for i, value in ipairs(values) do
    if type(value) ~= "number" then
      options.raise(("default_collate: item %d of the batch is %s, the first a number"):format(i,
        options.describe(value)))
    end
    integers = integers and math.type(value) == "integer"
  end
  return torch.tensor(values, {dtype = integers and "int64" or "float64"})
end

--- A batch of tables: their fields, each collated.
local function tables(values)
  local result = {}
  for key in pairs(values[1]) do
    local column = {}
    for i, value in ipairs(values) do
      if type(value) ~= "table" or value[key] == nil then
        options.raise(("default_collate: item %d of the batch has no field '%s'"):format(i,
          tostring(key)))
      end
      column[i] = value[key]
    end
    result[key] = collate(column)
  end
  return result
end

--- Tensors are stacked along a new first dimension; integers become an int64 tensor,
-- other numbers float64, booleans bool, as in PyTorch; strings stay an array; tables
-- are collated field by field.
function collate(values)
  local first = values[1]
  local kind = type(first)
  if is_tensor(first) then return stack(values) end
  if kind == "number" then return numbers(values) end
  if kind == "boolean" then return torch.tensor(values, {dtype = "bool"}) end
  if kind == "string" then return values end
  if kind == "table" then return tables(values) end
  options.raise(("default_collate: an item holds %s, expected tensors, numbers, booleans, strings or"
    .. " tables of them; pass collate_fn for anything else"):format(options.describe(first)))
end

return collate
