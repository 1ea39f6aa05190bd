-- nn.Unflatten

--- nn.Unflatten(dim, unflattened_size): dimension dim (a position) becomes several, of the
-- given sizes; one may be -1.
local Unflatten = torch.class("nn.Unflatten", torch.nn.Module)

function Unflatten:__init(dim, size)
  if type(dim) == "table" then dim, size = dim.dim, dim.unflattened_size
  elseif type(size) == "table" and size.unflattened_size then size = size.unflattened_size end
  if math.type(dim) ~= "integer" or dim == 0 then
    error(("nn.Unflatten: 'dim' (argument 1): expected a position, got %s"):format(tostring(dim)), 3)
  end
  if type(size) ~= "table" then
    error(("nn.Unflatten: 'unflattened_size' (argument 2): expected an array of sizes, got %s"):format(tostring(size)), 3)
  end
  self.dim, self.unflattened_size = dim, table.move(size, 1, #size, 1, {})
end

function Unflatten:forward(input) return input:unflatten(self.dim, self.unflattened_size) end

function Unflatten:extra_repr()
  return ("dim=%d, unflattened_size=(%s)"):format(self.dim, table.concat(self.unflattened_size, ", "))
end

return Unflatten
