local options = require "torch.utils.options"

--- torch.unravel_index(indices: Positions, shape: any) -> Positions[]: The positions in a tensor of that shape of
-- positions in the flattened one: several results, one for each dimension.
-- Example: torch.unravel_index(torch.tensor({1, 4}), {2, 2})
return function(...)
  local given = options.read("unravel_index", {{"indices", kind = "tensor", required = true},
    {"shape", required = true}}, ...)
  local shape, at = given.shape, given.indices:long() - 1
  if options.integer(shape) then shape = {shape} end
  if type(shape) ~= "table" then options.wrong("unravel_index", "shape", 2, "an array of sizes", shape) end
  for _, size in ipairs(shape) do
    if not options.integer(size) then options.wrong("unravel_index", "shape", 2, "an array of sizes", shape) end
  end
  local total = 1
  for _, size in ipairs(shape) do total = total * size end
  if options.has_data(at) and at:numel() > 0 and (at:min():item() < 0 or at:max():item() >= total) then
    options.raise(("unravel_index: 'indices' (argument 1): expected positions from 1 to %d"):format(total))
  end
  local places = {}
  for d = #shape, 1, -1 do
    places[d] = torch.remainder(at, shape[d]) + 1
    at = torch.floor_divide(at, shape[d])
  end
  return table.unpack(places)
end
