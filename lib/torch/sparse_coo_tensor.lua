local options = require "torch.utils.options"
local sparse = require "torch.sparse"

local PARAMETERS <const> = {{"indices", required = true}, {"values", required = true}, {"size", kind = "table"},
  {"dtype"}, {"device"}, {"requires_grad", kind = "boolean", default = false},
  {"is_coalesced", kind = "boolean", default = false}}

local function as_tensor(name, position, x, like)
  if torch.is_tensor(x) then return x end
  if type(x) ~= "table" then options.wrong("sparse_coo_tensor", name, position, "a tensor or an array", x) end
  return torch.tensor(x, like)
end

--- The shape, given or the least that holds all positions.
local function shape_of(given, indices, values)
  local n = indices.shape[1]
  local size = {}
  if given then
    size = table.move(given, 1, #given, 1, {})
    if #size ~= n + values.ndim - 1 then
      options.raise(("sparse_coo_tensor: 'size' (argument 3): expected %d sizes, got %d"):format(n + values.ndim - 1,
        #size))
    end
    return size
  end
  for d = 1, n do size[d] = indices.shape[2] > 0 and indices[d]:max():item() or 0 end
  for d = 2, values.ndim do size[#size + 1] = values.shape[d] end
  return size
end

--- torch.sparse_coo_tensor(indices: Positions, values: Tensor, size: table = nil, *, dtype: dtype = nil, device:
-- device = nil, requires_grad: bool = false, is_coalesced: bool = false) -> table: A sparse tensor with the values at
-- the positions that the columns of indices (dimensions × entries) name, from 1. Values at the same place count
-- together.
-- Example: torch.sparse_coo_tensor({{1, 2}, {3, 1}}, {4.0, 5.0}, {2, 3})
return function(...)
  local given = options.read("sparse_coo_tensor", PARAMETERS, ...)
  local indices = as_tensor("indices", 1, given.indices, {dtype = torch.int64})
  local values = as_tensor("values", 2, given.values):to({dtype = given.dtype, device = given.device})
  if indices.ndim ~= 2 or indices.dtype ~= torch.int64 then
    options.wrong("sparse_coo_tensor", "indices", 1, "positions (int64) of dimensions × entries", indices)
  end
  if values.ndim < 1 or values.shape[1] ~= indices.shape[2] then
    local expected = ("a value for each of the %d entries"):format(indices.shape[2])
    options.wrong("sparse_coo_tensor", "values", 2, expected, values)
  end
  local size = shape_of(given.size, indices, values)
  for d = 1, indices.shape[1] do
    if indices.shape[2] > 0 and (indices[d]:min():item() < 1 or indices[d]:max():item() > size[d]) then
      local text = "sparse_coo_tensor: 'indices' (argument 1): dimension %d: expected positions from 1 to %d"
      options.raise(text:format(d, size[d]))
    end
  end
  for d = 2, values.ndim do
    if values.shape[d] ~= size[indices.shape[1] + d - 1] then
      options.wrong("sparse_coo_tensor", "values", 2, "values that fit 'size'", values)
    end
  end
  if given.requires_grad then values = values:detach():requires_grad_(true) end
  return sparse._make(indices, values, size, given.is_coalesced)
end
