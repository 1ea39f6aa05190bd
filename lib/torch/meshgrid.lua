local options = require "torch.utils.options"

--- torch.meshgrid(tensors: any, ...: any) -> Tensor[]: Of n vectors n tensors of n dimensions: the coordinates of the
-- points of a grid. With {indexing = "xy"} the first two dimensions are exchanged, as for pictures; "ij" otherwise.
-- Example: torch.meshgrid(torch.arange(2), torch.arange(3), {indexing = "ij"})
return function(...)
  local list, given = options.read_tensors("meshgrid", {{"indexing", kind = "string", default = "ij"}}, ...)
  if given.indexing ~= "ij" and given.indexing ~= "xy" then
    options.wrong("meshgrid", "indexing", nil, "'ij' or 'xy'", given.indexing)
  end
  local shape, swap = {}, given.indexing == "xy" and #list > 1
  if swap then list[1], list[2] = list[2], list[1] end
  for i, x in ipairs(list) do
    if x.ndim > 1 then options.wrong("meshgrid", "tensors", i, "at most 1 dimension", x) end
    shape[i] = x:numel()
  end
  for i, x in ipairs(list) do
    local sizes = {}
    for d = 1, #list do sizes[d] = d == i and shape[i] or 1 end
    list[i] = x:reshape(sizes):expand(shape)
  end
  if swap then list[1], list[2] = list[2], list[1] end
  return table.unpack(list)
end
