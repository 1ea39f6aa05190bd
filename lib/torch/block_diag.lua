local options = require "torch.utils.options"

--- torch.block_diag(tensors: any, ...: any) -> Tensor: A matrix with the tensors one after the other on its diagonal,
-- and zeros. Vectors are rows.
-- Example: torch.block_diag(torch.ones(1, 2), torch.ones(2, 1))
return function(...)
  local list, columns = options.read_tensors("block_diag", {}, ...), 0
  for i, x in ipairs(list) do
    if x.ndim > 2 then options.wrong("block_diag", "tensors", i, "at most 2 dimensions", x) end
    list[i] = torch.atleast_2d(x)
    columns = columns + list[i]:size(2)
  end
  local rows, at = {}, 0
  for i, x in ipairs(list) do
    rows[i] = torch.nn.functional.pad(x, {at, columns - at - x:size(2)})
    at = at + x:size(2)
  end
  return (torch.cat(rows, 1))
end
