local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"indices", kind = "tensors", required = true},
  {"values", kind = "tensor", required = true}, {"accumulate", kind = "boolean", default = false}}

--- The tensors of positions that a list of positions and masks stands for.
local function places_of(indices)
  local places = {}
  for _, index in ipairs(indices) do
    if index.dtype == torch.bool then
      for _, column in ipairs {torch.nonzero(index, {as_tuple = true})} do places[#places + 1] = column end
    else
      places[#places + 1] = index:long()
    end
  end
  return places
end

--- torch.index_put_(input: Tensor, indices: table, values: Tensor, accumulate: bool = false) -> Tensor: index_put in
-- place.
-- Example: torch.zeros(3):index_put_({torch.tensor({1, 3})}, torch.tensor({5.0}))
return function(...)
  local given = options.read("index_put_", PARAMETERS, ...)
  local x, places = given.input, places_of(given.indices)
  if #places > x.ndim then
    options.raise(("index_put_: 'indices' (argument 2): expected at most %d, got %d"):format(x.ndim, #places))
  end
  if not given.accumulate then
    x[places] = given.values
    return x
  end
  local dims = {}
  for d = 1, #places do dims[d] = d end
  return x:copy_(torch._C.call("index_put", x, given.values, dims, true, places))
end
