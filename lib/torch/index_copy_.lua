local options = require "torch.utils.options"

--- torch.index_copy_(input: Tensor, dim: int, index: Positions, source: Tensor) -> Tensor: Writes the slices of source
-- along dimension dim to the positions `index` of input. Where a position comes twice, the last slice stays.
-- Example: torch.zeros(3, 2):index_copy_(1, torch.tensor({3, 1}), torch.tensor({{1.0, 2}, {3, 4}}))
return function(...)
  local given = options.read("index_copy_", {{"input", kind = "tensor", required = true},
    {"dim", kind = "integer", required = true}, {"index", kind = "tensor", required = true},
    {"source", kind = "tensor", required = true}}, ...)
  local x, index, source = given.input, given.index, given.source
  local dim = options.dim("index_copy_", "dim", 2, given.dim, x.ndim)
  if index.ndim > 1 then options.wrong("index_copy_", "index", 3, "a vector", index) end
  if source.dtype ~= x.dtype then
    options.wrong("index_copy_", "source", 4, ("%s as input is"):format(tostring(x.dtype):gsub("^torch%.", "")), source)
  end
  index = index:reshape(-1)
  local shape = {table.unpack(x.shape)}
  if x.ndim > 0 then shape[dim] = index:numel() end
  if source.ndim == 0 and x.ndim <= 1 then source = source:reshape(shape) end
  if source.ndim ~= #shape or table.concat(source.shape, "×") ~= table.concat(shape, "×") then
    options.wrong("index_copy_", "source", 4, "the shape " .. table.concat(shape, "×"), source)
  end
  if x.ndim == 0 then
    torch.zeros(1):index_select(1, index) -- says which position is none
    return source:numel() > 0 and x:copy_(source:reshape({})) or x
  end
  local at = {}
  for d = 1, dim - 1 do at[d] = {} end
  at[dim] = index
  x[at] = source
  return x
end
