local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"dim", kind = "integer", required = true},
  {"index", kind = "tensor", required = true}, {"source", kind = "tensor", required = true},
  {"reduce", kind = "string", required = true}, {"include_self", kind = "boolean", default = true}}

local KNOWN <const> = {prod = true, mean = true, amax = true, amin = true}

--- torch.index_reduce(input: Tensor, dim: int, index: Positions, source: Tensor, reduce: prod|mean|amax|amin, {
-- include_self: bool = true}) -> Tensor: input with the slices of source along dim reduced into those that index names:
-- scatter_reduce of whole slices.
-- Example: torch.index_reduce(torch.ones(3), 1, torch.tensor({1, 1}), torch.tensor({2.0, 3}), "prod")
-- {6, 1, 1}
return function(...)
  local given = options.read("index_reduce", PARAMETERS, ...)
  local x, index, source = given.input, given.index, given.source
  local dim = options.dim("index_reduce", "dim", 2, given.dim, x.ndim)
  if not KNOWN[given.reduce] then
    options.wrong("index_reduce", "reduce", 5, "'prod', 'mean', 'amax' or 'amin'", given.reduce)
  end
  if index.ndim > 1 or source.ndim ~= x.ndim or source:numel() > 0 and index:numel() ~= (source.shape[dim] or 1) then
    options.wrong("index_reduce", "index", 3, "a vector with a position for each slice of source", index)
  end
  local shape = {}
  for d = 1, x.ndim do shape[d] = d == dim and -1 or 1 end
  return x:scatter_reduce(dim, index:reshape(shape):expand(source.shape), source, given.reduce,
    {include_self = given.include_self})
end
